using System.Globalization;

namespace OpenInteractions.Server.Features;

/// <summary>Settings as people write them: short names on the command line beside the long ones of the configuration.</summary>
internal static class SettingsFeature
{
    /// <summary>Where the data is kept.</summary>
    public const string DataDirectory = "OpenInteractions:DataDirectory";

    /// <summary>Answers <c>--help</c>, and refuses what is no argument.</summary>
    public static void RequireRightArguments(string[] args)
    {
        if (args.Any(a => a is "--help" or "-h"))
        {
            Console.Out.Write(HelpText());
            Environment.Exit(0);
        }

        CommandLine.Require(args);
    }

    /// <summary>Adds <c>--data-dir</c>.</summary>
    public static void AddConventionalSettings(this WebApplicationBuilder builder, string[] args)
    {
        builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { [CommandLine.DataDirectory] = DataDirectory });
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
    }

    /// <summary>The text is a file, so that <c>./run --help</c> shows it without building anything.</summary>
    private static string HelpText()
    {
        using var text = new StreamReader(typeof(SettingsFeature).Assembly.GetManifestResourceStream("help.txt")!);
        return text.ReadToEnd();
    }
}

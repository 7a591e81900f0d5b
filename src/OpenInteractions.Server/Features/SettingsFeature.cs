using System.Globalization;

namespace OpenInteractions.Server.Features;

/// <summary>Settings as people write them: short names on the command line beside the long ones of the configuration.</summary>
internal static class SettingsFeature
{
    /// <summary>Where the data is kept.</summary>
    public const string DataDirectory = "OpenInteractions:DataDirectory";

    /// <summary>Adds <c>--data-dir</c>, and <c>--help</c>.</summary>
    public static void AddConventionalSettings(this WebApplicationBuilder builder, string[] args)
    {
        if (args.Any(a => a is "--help" or "-h"))
        {
            Console.Out.Write(Help);
            Environment.Exit(0);
        }

        builder.Configuration.AddCommandLine(args, new Dictionary<string, string> { ["--data-dir"] = DataDirectory });
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
    }

    private const string Help =
        """
        OpenInteractions: a self-hosted server for the Interactions API.

        Usage: openinteractions [--urls URL] [--data-dir DIR] [--environment NAME] [--SECTION:SETTING VALUE …]

          --urls URL            Addresses to listen on, separated by ';'. Default http://127.0.0.1:8080.
                                An address that others can reach needs an API key first: oi keys create.
          --data-dir DIR        Where everything is kept. Default ./data, made with mode 700.
          --environment NAME    Which appsettings.NAME.json is read beside appsettings.json.
          --help                This text.

        Models are found through the environment:
          GEMINI_API_KEY or GOOGLE_API_KEY, GOOGLE_GEMINI_BASE_URL
          OPENAI_API_KEY, OPENAI_BASE_URL
          ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL
          OLLAMA_HOST           Default 127.0.0.1:11434, when something answers there.
        Without any of them the embedded model 'demo' answers.

        Every setting can be given as an argument (--OpenInteractions:Runs:MaxConcurrent 64) or as an environment
        variable (OpenInteractions__Runs__MaxConcurrent=64). docs/configuration.md lists them.

        """;
}

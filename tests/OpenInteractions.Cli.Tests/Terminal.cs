using System.CommandLine;

namespace OpenInteractions.Cli.Tests;

/// <summary>Runs <c>oi</c> as a person at a terminal does.</summary>
internal static class Terminal
{
    public static async Task<TerminalRun> OiAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await OiCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return new TerminalRun(code, output.ToString(), error.ToString());
    }
}

/// <summary>What a command left.</summary>
internal sealed record TerminalRun(int Code, string Output, string Error)
{
    /// <summary>The output's lines, each as its words.</summary>
    public string[][] Rows => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
}

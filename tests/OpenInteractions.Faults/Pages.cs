using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OpenInteractions.Faults.Tests;

/// <summary>The operator's page, and its commands, run as they stand there but for the places of a test.</summary>
internal static class Pages
{
    public static string Operations { get; } = Find();

    /// <summary>Runs the commands of the page under a mark, in one shell, as at a terminal.</summary>
    /// <returns>What they wrote.</returns>
    public static async Task<string> RunAsync(string mark, params (string Written, string Meant)[] places)
    {
        var block = Regex.Match(await File.ReadAllTextAsync(Operations), $"<!-- tested: {mark} -->\n```\n(.*?)```", RegexOptions.Singleline);
        Assert.True(block.Success, $"The page has no commands under '{mark}'.");
        var script = places.Aggregate(block.Groups[1].Value, (text, place) => text.Replace(place.Written, place.Meant, StringComparison.Ordinal))
            .Replace("./oi ", $"dotnet '{Path.Combine(AppContext.BaseDirectory, "oi.dll")}' ", StringComparison.Ordinal);
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", "set -euo pipefail\n" + script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        Assert.True(shell.ExitCode == 0, $"The commands under '{mark}' ended with {shell.ExitCode}: {await error}");
        return await output;
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "operations.md")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside the repository.");
        }

        return Path.Combine(folder.FullName, "docs", "operations.md");
    }
}

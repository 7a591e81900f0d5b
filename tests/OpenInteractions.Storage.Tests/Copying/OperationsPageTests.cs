using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Copying.Places;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>The commands that docs/operations.md tells, run as they stand there, with the places and the program of a test.</summary>
public sealed partial class OperationsPageTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public async Task A_store_goes_to_PostgreSQL_and_back_by_the_commands_of_the_page()
    {
        var source = Path.Combine(_root.Path, "openinteractions");
        await using (var store = SqliteFixture.Open(source, new ManualClock()))
        {
            await new OddStore(store, stream: 3).FillAsync(turns: 300, runs: 100);
        }

        File.WriteAllBytes(Path.Combine(source, "signature.key"), new byte[32]);
        await using var database = await NewDatabaseAsync();
        var commands = Tested().Matches(await File.ReadAllTextAsync(PagePath())).Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, commands.Length);

        // One shell for all, as at a terminal.
        var script = string.Join('\n', commands)
            .Replace("/var/lib/", _root.Path + "/", StringComparison.Ordinal)
            .Replace("Host=db;Database=interactions;Username=oi", database.ConnectionString, StringComparison.Ordinal)
            .Replace("./oi ", $"dotnet '{Path.Combine(AppContext.BaseDirectory, "oi.dll")}' ", StringComparison.Ordinal);
        var (code, output, error) = await RunAsync("set -euo pipefail\n" + script);

        Assert.True(code == 0, $"The commands ended with {code}: {error}");
        Assert.Contains("is up to date", output, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(output, "Copied, and compared row by row"));
        Assert.Contains("rows/s", error, StringComparison.Ordinal);
        var back = Path.Combine(_root.Path, "openinteractions-back");
        Assert.Equal(SqliteContent.Read(source), SqliteContent.Read(back));
        Assert.True(File.Exists(Path.Combine(back, "signature.key")));
        await SqliteFixture.Open(back).DisposeAsync();
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = shell.StandardOutput.ReadToEndAsync();
        var error = shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        return (shell.ExitCode, await output, await error);
    }

    private static string PagePath()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "operations.md")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside the repository.");
        }

        return Path.Combine(folder.FullName, "docs", "operations.md");
    }

    [GeneratedRegex("<!-- tested: store -->\n```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Tested();
}

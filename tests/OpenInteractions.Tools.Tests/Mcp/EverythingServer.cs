using System.Diagnostics;
using System.Globalization;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>The MCP project's reference server, in a process of its own.</summary>
public sealed class EverythingServer : IAsyncLifetime
{
    private const string Ready = "listening on ";

    private static readonly string Conformance = Path.Combine(Root(), "tests", "OpenInteractions.Conformance");

    private Process? _process;

    /// <summary>Why it cannot run; null when it can.</summary>
    public static string? Obstacle => Directory.Exists(Path.Combine(Conformance, "clients", "node_modules", "@modelcontextprotocol", "server-everything"))
        ? null
        : "Needs the packages of tests/OpenInteractions.Conformance/clients: 'tests/OpenInteractions.Conformance/run --install'.";

    public string Url { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (Obstacle is not null)
        {
            return;
        }

        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(new ProcessStartInfo("node", Path.Combine(Conformance, "support", "everything.js")) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.StartsWith(Ready, StringComparison.Ordinal) == true)
            {
                port.TrySetResult(int.Parse(line.Data[Ready.Length..], CultureInfo.InvariantCulture));
            }
        };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Url = $"http://127.0.0.1:{await port.Task.OrTimeout("the reference server's port")}/mcp";
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "OpenInteractions.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside the repository.");
        }

        return folder.FullName;
    }
}

/// <summary>A test that is skipped, with the reason, where the reference server is not installed.</summary>
public sealed class EverythingFactAttribute : FactAttribute
{
    public EverythingFactAttribute() => Skip = EverythingServer.Obstacle;
}

/// <summary>The same for a theory.</summary>
public sealed class EverythingTheoryAttribute : TheoryAttribute
{
    public EverythingTheoryAttribute() => Skip = EverythingServer.Obstacle;
}

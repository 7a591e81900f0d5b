using System.Diagnostics;
using System.Globalization;

namespace OpenInteractions.Testing.Postgres;

/// <summary>
/// A PostgreSQL server of its own, of which a test run has one. It belongs to a script that ends it when this process is gone: the kernel closes the script's input,
/// however the process ends.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresCluster>> Shared = new(() => StartAsync());

    private readonly Process _process;
    private readonly string _data;
    private int _databases;

    private PostgresCluster(Process process, string folder, string data) => (_process, Folder, _data) = (process, folder, data);

    /// <summary>Where its socket is.</summary>
    public string Folder { get; }

    /// <summary>The server's first process, the parent of all its others.</summary>
    public int ProcessId => int.Parse(File.ReadLines(Path.Combine(_data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>The one that all tests of this run share.</summary>
    public static Task<PostgresCluster> GetAsync() => Shared.Value;

    public string ConnectionString(string database) => $"Host={Folder};Database={database};Username=oi";

    /// <summary>A name that no database has.</summary>
    public string NextName() => $"test_{Interlocked.Increment(ref _databases)}";

    /// <summary>Has the server do <c>restart</c> (as after a crash), <c>stop</c> or <c>start</c>, one at a time, and waits until it is done.</summary>
    public async Task OrderAsync(string order)
    {
        await _process.StandardInput.WriteLineAsync(order);
        await _process.StandardInput.FlushAsync();
        var answer = await _process.StandardOutput.ReadLineAsync().OrTimeout($"the server's {order}");
        if (answer != $"done {order}")
        {
            throw new InvalidOperationException($"PostgreSQL did not {order}: {answer}");
        }
    }

    /// <param name="data">Where its data go, a folder that does not exist yet; otherwise they are next to the socket.</param>
    /// <param name="settings">Lines of <c>postgresql.conf</c>, beside those that every cluster has.</param>
    public static async Task<PostgresCluster> StartAsync(string? data = null, params string[] settings)
    {
        string[] script = [Path.Combine(AppContext.BaseDirectory, "Postgres", "cluster.sh")];
        var process = Process.Start(new ProcessStartInfo("bash", data is null ? script : [.. script, data, .. settings])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            // Not left to the kernel, so that the server ends with the run and not after it where the test host allows the time.
            process.StandardInput.Close();
            process.WaitForExit(TimeSpan.FromSeconds(30));
        };

        var line = await process.StandardOutput.ReadLineAsync().OrTimeout("PostgreSQL's readiness");
        const string ready = "ready ";
        if (line is null || !line.StartsWith(ready, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"PostgreSQL did not start: {line}\n{await process.StandardOutput.ReadToEndAsync()}");
        }

        var folder = line[ready.Length..];
        return new PostgresCluster(process, folder, data ?? Path.Combine(folder, "data"));
    }

    /// <summary>Ends the server and removes what it stored.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().OrTimeout("PostgreSQL's end");
    }
}

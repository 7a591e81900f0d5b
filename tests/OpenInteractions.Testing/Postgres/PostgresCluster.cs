using System.Diagnostics;

namespace OpenInteractions.Testing.Postgres;

/// <summary>
/// The one PostgreSQL server of this test run. It belongs to a script that ends it when this process is gone: the kernel closes the script's input,
/// however the process ends.
/// </summary>
public sealed class PostgresCluster
{
    private static readonly Lazy<Task<PostgresCluster>> Shared = new(StartAsync);

    private readonly Process _process;
    private int _databases;

    private PostgresCluster(Process process, string folder) => (_process, Folder) = (process, folder);

    /// <summary>Where its socket is.</summary>
    public string Folder { get; }

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

    private static async Task<PostgresCluster> StartAsync()
    {
        var process = Process.Start(new ProcessStartInfo("bash")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Postgres", "cluster.sh") },
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
        return line is not null && line.StartsWith(ready, StringComparison.Ordinal)
            ? new PostgresCluster(process, line[ready.Length..])
            : throw new InvalidOperationException($"PostgreSQL did not start: {line}\n{await process.StandardOutput.ReadToEndAsync()}");
    }
}

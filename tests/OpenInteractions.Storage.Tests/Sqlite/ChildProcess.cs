using System.Diagnostics;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Sqlite;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

/// <summary>This assembly as a second process that opens a data directory and says on its standard output what it has done.</summary>
internal sealed class ChildProcess : IDisposable
{
    public const string Opened = "opened";

    /// <summary>The role of a process that copies a store: the directory, or connection string, of the source and of the target.</summary>
    public const string Copy = "copy";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(string role, string directory, string libraryPath = "") => new(Process.Start(new ProcessStartInfo(Environment.ProcessPath!)
    {
        ArgumentList = { "exec", typeof(ChildProcess).Assembly.Location, role, directory, libraryPath },
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
    })!);

    /// <summary>The next line, or null after the last.</summary>
    public async Task<string?> ReadLineAsync(string step)
    {
        try
        {
            return await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The child process never came to this: {step}.");
        }
    }

    /// <summary><c>kill -9</c>: nothing is closed, nothing is flushed. What it said before can still be read.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Patience);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>The child's side.</summary>
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments[0] == "fixtures")
        {
            await Fixtures.FixtureWriter.WriteAsync(arguments[1]);
            return 0;
        }

        if (arguments[0] == Copy)
        {
            await new StoreCopy(Location(arguments[1]), Location(arguments[2])) { Progress = TellCommit }.RunAsync(CancellationToken.None);
            Console.WriteLine("done");
            return 0;
        }

        SqliteStorage storage;
        try
        {
            storage = SqliteFixture.Open(arguments[1], options: new SqliteOptions { LibraryPath = arguments[2].Length > 0 ? arguments[2] : null });
        }
        catch (StoreUnavailableException refusal)
        {
            Console.WriteLine(refusal.Message);
            return 1;
        }

        Console.WriteLine(Opened);
        if (arguments[0] == "write")
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(task => Task.Run(() => WriteForeverAsync(storage, task))));
        }

        Console.In.ReadToEnd();
        return 0;
    }

    private static StoreLocation Location(string text) => text.StartsWith("Host=", StringComparison.Ordinal) ? new StoreLocation.InPostgres(text) : new StoreLocation.InDirectory(text, null);

    private static void TellCommit(CopyProgress progress)
    {
        if (!progress.IsComparing)
        {
            Console.WriteLine($"copied {progress.Rows}");
        }
    }

    private static async Task WriteForeverAsync(SqliteStorage storage, int task)
    {
        for (var number = task * 1_000_000; ; number += 3)
        {
            await storage.Interactions.InsertFinishedAsync(Finished(number), CancellationToken.None);
            Console.WriteLine($"finished {number}");

            var lease = (await storage.Runs.InsertAsync(Running(number + 1), Run(), "child", Ttl, CancellationToken.None))!.Value;
            Console.WriteLine($"running {number + 1}");

            await storage.Journal.AppendAsync([new(lease, Batch(1, 1, 5))], CancellationToken.None);
            Console.WriteLine($"journalled {number + 1}");

            lease = (await storage.Runs.InsertAsync(Running(number + 2), Run(), "child", Ttl, CancellationToken.None))!.Value;
            await storage.Runs.FinishAsync(lease, Outcome(), [Batch(1, 1, 9)], CancellationToken.None);
            Console.WriteLine($"ended {number + 2}");
        }
    }
}

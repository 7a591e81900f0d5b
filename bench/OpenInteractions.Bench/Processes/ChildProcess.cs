using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OpenInteractions.Bench.Load;

namespace OpenInteractions.Bench.Processes;

/// <summary>A process that the bench started and stops again, whatever happens in between.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    public const string TiedVariable = "OI_BENCH_TIED";

    private const int Terminate = 15;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(4);

    private readonly Process _process;
    private readonly Task _logging;
    private bool _stopped;

    private ChildProcess(string name, Process process, IPEndPoint address, long started, Task logging)
    {
        (Name, _process, Address, Started, _logging) = (name, process, address, started, logging);
        Pid = process.Id;
    }

    public string Name { get; }

    public int Pid { get; }

    public IPEndPoint Address { get; }

    /// <summary>Timestamp just before the process was started.</summary>
    public long Started { get; }

    /// <summary>Starts a program on a free port of the loopback interface.</summary>
    /// <param name="arguments">The arguments for a given URL.</param>
    public static ChildProcess Start(
        string name, string program, Func<string, IEnumerable<string>> arguments, IReadOnlyDictionary<string, string?> environment, string logFile)
    {
        var address = FreeAddress();
        var library = program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(library ? "dotnet" : program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments($"http://{address}").Prepend(library ? program : null).OfType<string>())
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[TiedVariable] = "1";
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start.");
        return new(name, process, address, started, LogAsync(process, logFile));
    }

    /// <summary>Waits for the first 200 of <c>/readyz</c> and says how long after the start it came.</summary>
    public async Task<TimeSpan> WaitReadyAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var request = HttpRequests.Get("/readyz");
        while (!_process.HasExited)
        {
            if (Stopwatch.GetElapsedTime(Started) > limit)
            {
                throw new TimeoutException($"{Name} was not ready after {limit.TotalSeconds:0} s.");
            }

            try
            {
                using var connection = await HttpConnection.ConnectAsync(Address, cancellationToken);
                await connection.SendAsync(request, cancellationToken);
                if (await connection.ReadHeadAsync(cancellationToken) == 200)
                {
                    return Stopwatch.GetElapsedTime(Started);
                }
            }
            catch (Exception refused) when (refused is SocketException or IOException)
            {
                // Not listening yet.
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        throw new InvalidOperationException($"{Name} ended with exit code {_process.ExitCode} before it was ready.");
    }

    /// <summary>Asks the process to stop (SIGTERM), so that a store is closed properly; ends it when it does not.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        if (!_process.HasExited)
        {
            _ = Kill(Pid, Terminate);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"{Name} did not stop within {StopLimit.TotalSeconds:0} s of SIGTERM; killed.");
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync(CancellationToken.None);
            }
        }

        await _logging;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static async Task LogAsync(Process process, string logFile)
    {
        await using var log = new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await using var errors = new FileStream(logFile + ".err", FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        await Task.WhenAll(
            process.StandardOutput.BaseStream.CopyToAsync(log),
            process.StandardError.BaseStream.CopyToAsync(errors));
    }

    private static IPEndPoint FreeAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}

using System.Diagnostics;

namespace OpenInteractions.Testing;

/// <summary><c>oi worker</c> as a process of its own, on a directory of its own: it can be killed, held still, asked to stop and started again. It never outlives the test.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("openinteractions-worker-");
    private readonly ServerLog _log = new();
    private readonly Uri _server;
    private readonly string _key;
    private readonly string[] _more;
    private Process? _process;

    private WorkerProcess(Uri server, string key, string[] more) => (_server, _key, _more) = (server, key, more);

    /// <summary>What its sandboxes lie in: <c>sandboxes</c> is its <c>--directory</c>.</summary>
    public string DataDirectory => _data.FullName;

    /// <summary>Everything that all its lives wrote.</summary>
    public string Log => _log.ToString();

    public int ProcessId => Running.Id;

    private Process Running => _process ?? throw new InvalidOperationException("The worker is not running.");

    /// <summary>Starts a worker and waits until it serves.</summary>
    public static async Task<WorkerProcess> StartAsync(Uri server, string key, params string[] more)
    {
        var worker = new WorkerProcess(server, key, more);
        try
        {
            await worker.StartAgainAsync();
            return worker;
        }
        catch
        {
            await worker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs one that ends by itself, because it is refused.</summary>
    /// <returns>Its exit code, and everything that it wrote.</returns>
    public static async Task<(int ExitCode, string Log)> RunToEndAsync(Uri server, string key, Action<string>? prepare = null, params string[] more)
    {
        await using var worker = new WorkerProcess(server, key, more);
        prepare?.Invoke(worker.DataDirectory);
        worker.Launch();
        return (await worker.GoneAsync("its own end"), worker.Log);
    }

    /// <summary>Starts it on what the life before left, and waits until it serves.</summary>
    public async Task StartAgainAsync()
    {
        var serving = _log.NextAsync("Serving ");
        Launch();
        if (await Task.WhenAny(serving, Running.WaitForExitAsync()).WaitAsync(Patience) != serving)
        {
            throw new InvalidOperationException($"The worker ended with {Running.ExitCode} before it served. It wrote:\n{Log}");
        }
    }

    /// <summary>Starts it and goes on at once.</summary>
    public void Launch()
    {
        var file = Path.Combine(DataDirectory, "key");
        using (var stream = new FileStream(file, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes(_key));
        }

        string[] command =
            [Path.Combine(AppContext.BaseDirectory, "oi.dll"), "worker", "--server", _server.GetLeftPart(UriPartial.Authority), "--key-file", file, "--directory", Path.Combine(DataDirectory, "sandboxes"), .. _more];
        var start = new ProcessStartInfo("dotnet", command) { WorkingDirectory = DataDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_gcServer"] = "0";
        _process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        _log.Follow(_process);
    }

    /// <summary>Ends it as a power cut would: <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await GoneAsync("kill -9");
    }

    /// <summary>Asks it to stop (SIGTERM) and waits until it has.</summary>
    /// <returns>Its exit code.</returns>
    public Task<int> StopAsync()
    {
        Signals.Send(Running, Signals.Terminate);
        return GoneAsync("SIGTERM");
    }

    /// <summary>Holds it still (SIGSTOP): as a machine that hangs, or a virtual one that is moved.</summary>
    public void Pause() => Signals.Send(Running, Signals.Stop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Signals.Send(Running, Signals.Continue);

    /// <summary>Completes when it writes a line that holds this text. One is waited for at a time; ask before what makes it write.</summary>
    public async Task LoggedAsync(string text)
    {
        try
        {
            await _log.NextAsync(text).WaitAsync(Patience);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"The worker did not write '{text}'. It wrote:\n{_log.Tail}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _data.Delete(recursive: true);
    }

    private async Task<int> GoneAsync(string after)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await Running.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The worker did not go after {after}. It wrote:\n{Log}");
        }

        var code = Running.ExitCode;
        Running.Dispose();
        _process = null;
        return code;
    }
}

using System.Diagnostics;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Testing;

/// <summary>
/// The real server as a process of its own, on a data directory of its own: it can be killed, asked to stop and started again on the same data and
/// the same address. It never outlives the test.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // The published one where ./test has made it, otherwise the one that was built with the tests.
    private static readonly string Server =
        Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_SERVER") is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, "openinteractions.dll");

    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("openinteractions-");
    private readonly ServerLog _log = new();
    private string[]? _args;
    private string[] _within = [];
    private string? _dataDirectory;
    private Process? _process;

    private ServerProcess(IReadOnlyDictionary<string, string> environment, Uri address)
    {
        _environment = environment;
        Address = address;
        Client = new InteractionsClient(address);
    }

    public Uri Address { get; }

    public InteractionsClient Client { get; }

    /// <summary>The data directory; it stays when the server is killed and goes with this object.</summary>
    public string DataDirectory => _dataDirectory ?? _data.FullName;

    /// <summary>Everything that all its lives wrote.</summary>
    public string Log => _log.ToString();

    public int ProcessId => Running.Id;

    private Process Running => _process ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>Starts the server with these environment variables and waits until it is ready.</summary>
    public static Task<ServerProcess> StartAsync(params (string Name, string Value)[] environment) => StartAsync(_ => Task.CompletedTask, environment);

    /// <summary>Starts the server on a data directory that was filled before, such as from a backup.</summary>
    public static Task<ServerProcess> StartAsync(Func<string, Task> fill, params (string Name, string Value)[] environment) =>
        StartAsync(new ServerProcess(environment.ToDictionary(e => e.Name, e => e.Value), FreeAddress()), fill);

    /// <summary>As <see cref="StartAsync(ValueTuple{string, string}[])"/>, by a program that becomes it (such as <c>nsenter</c>), on a data directory that exists there and is not its own.</summary>
    public static Task<ServerProcess> StartWithinAsync(string[] program, string dataDirectory, params (string Name, string Value)[] environment) =>
        StartAsync(
            new ServerProcess(environment.ToDictionary(e => e.Name, e => e.Value), FreeAddress()) { _within = program, _dataDirectory = dataDirectory },
            _ => Task.CompletedTask);

    private static async Task<ServerProcess> StartAsync(ServerProcess server, Func<string, Task> fill)
    {
        try
        {
            await fill(server.DataDirectory);
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a server that ends by itself, because it cannot be started with these environment variables.</summary>
    /// <returns>Its exit code, and everything that it wrote.</returns>
    public static async Task<(int ExitCode, string Log)> RunToEndAsync(params (string Name, string Value)[] environment)
    {
        await using var server = new ServerProcess(environment.ToDictionary(e => e.Name, e => e.Value), FreeAddress());
        server.Launch();
        return (await server.EndAsync(), server.Log);
    }

    /// <summary>Runs a server that ends by itself, because it cannot be started with these arguments, which are all that it gets. It runs in an empty directory.</summary>
    /// <returns>Its exit code, everything that it wrote, and the files that it left in the directory.</returns>
    public static async Task<(int ExitCode, string Log, string[] Left)> RunToEndAsync(string[] args)
    {
        await using var server = new ServerProcess(new Dictionary<string, string>(), FreeAddress()) { _args = args };
        server.Launch();
        return (await server.EndAsync(), server.Log, [.. server._data.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Select(f => f.Name)]);
    }

    /// <summary>Starts it on the data that the life before left, at the same address.</summary>
    public async Task StartAgainAsync()
    {
        var announced = _log.NextAsync("OpenInteractions is ready at");
        Launch();
        await ReadyAsync(announced, Running);
    }

    private void Launch()
    {
        if (_process is not null)
        {
            throw new InvalidOperationException("The server is still running.");
        }

        string[] args = _args ?? ["--urls", Address.GetLeftPart(UriPartial.Authority), "--data-dir", DataDirectory];
        string[] command = [.. _within, "dotnet", Server, .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = DataDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["OpenInteractions__Providers__Ollama"] = "false";
        foreach (var (name, value) in _environment)
        {
            start.Environment[name] = value;
        }

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
    public async Task<int> StopAsync()
    {
        Signals.Send(Running, Signals.Terminate);
        return await GoneAsync("SIGTERM");
    }

    /// <summary>Asks it to stop and goes on at once.</summary>
    public void AskToStop() => Signals.Send(Running, Signals.Terminate);

    /// <summary>Holds it still (SIGSTOP): as a machine that hangs, or a virtual one that is moved.</summary>
    public void Pause() => Signals.Send(Running, Signals.Stop);

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Resume() => Signals.Send(Running, Signals.Continue);

    /// <summary>Completes when it writes a line that holds this text. One is waited for at a time; ask before what makes it write.</summary>
    public async Task LoggedAsync(string text)
    {
        var came = _log.NextAsync(text);
        try
        {
            await came.OrTimeout($"the line '{text}' in the server's log");
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException($"{exception.Message} It ends with:\n{_log.Tail}", exception);
        }
    }

    /// <summary>Waits until it has gone by itself.</summary>
    public Task<int> EndAsync() => GoneAsync("its own end");

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Client.Dispose();
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
            throw new TimeoutException($"The server did not go after {after}. It wrote:\n{Log}");
        }

        var code = Running.ExitCode;
        Running.Dispose();
        _process = null;
        return code;
    }

    private async Task ReadyAsync(Task announced, Process process)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await await Task.WhenAny(announced, process.WaitForExitAsync(patience.Token));
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The server did not say within {Patience} that it is ready. It wrote:\n{Log}");
        }

        if (!announced.IsCompleted)
        {
            throw new InvalidOperationException($"The server ended with {process.ExitCode} before it was ready. It wrote:\n{Log}");
        }

        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = Patience };
        using var answer = await http.GetAsync(new Uri(Address, "/readyz"));
        answer.EnsureSuccessStatusCode();
    }

    // The server must come back at the same address after a kill, so that its clients find it.
    private static Uri FreeAddress() => new($"http://127.0.0.1:{TestPorts.Next()}");
}

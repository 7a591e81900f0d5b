using System.Diagnostics;
using System.Text;
using OpenInteractions.Sandboxes.Connection;

namespace OpenInteractions.Sandboxes.Tests.Init;

/// <summary>The init as a plain process, without any wall: what it does is the same everywhere.</summary>
internal sealed class PlainInit : IAsyncDisposable
{
    private readonly FrameConnection _connection;
    private readonly Task<string> _errors;

    public PlainInit()
    {
        Home = Directory.CreateTempSubdirectory("oi-init-");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sandbox-init", "oi-sandbox-init.dll")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0", ["OI_SESSIONS"] = Path.Combine(Home.FullName, ".sessions") },
        };
        Process = Process.Start(start)!;
        _errors = Process.StandardError.ReadToEndAsync();
        _connection = new FrameConnection(Process.StandardOutput.BaseStream, Process.StandardInput.BaseStream);
        Remote = new RemoteSandbox(_connection, () => new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["HOME"] = Home.FullName }, Home.FullName);
    }

    public Process Process { get; }

    public DirectoryInfo Home { get; }

    public RemoteSandbox Remote { get; }

    public RemoteFiles Files => Remote.Files;

    public FrameConnection Connection => _connection;

    public Task<string> Errors => _errors;

    public string this[string name] => Path.Combine(Home.FullName, name);

    public Task<ISandboxCommand> StartAsync(params string[] arguments) => StartAsync(new CommandSpec { Arguments = arguments });

    public Task<ISandboxCommand> StartAsync(CommandSpec command) => Remote.StartAsync(command, Within.Time);

    public Task<Finished> ShellAsync(string line) => RunAsync(new CommandSpec { Arguments = ["bash", "-c", line] });

    public async Task<Finished> RunAsync(CommandSpec command) => await Finished.OfAsync(await StartAsync(command));

    public async ValueTask DisposeAsync()
    {
        _connection.CloseOutput();
        await Process.WaitForExitAsync(Within.Time);
        await _connection.DisposeAsync();
        await _errors;
        Process.Dispose();
        OpenInteractions.Sandboxes.Tests.Engine.HostProcess.Run("rm", "-rf", "--", Home.FullName); // some names are no text
    }
}

/// <summary>A command that has ended, and what it said.</summary>
internal sealed record Finished(CommandResult Result, string Output, string Error)
{
    public static async Task<Finished> OfAsync(ISandboxCommand command)
    {
        var (output, error) = (new MemoryStream(), new MemoryStream());
        await foreach (var piece in command.ReadOutputAsync(Within.Time))
        {
            (piece.IsError ? error : output).Write(piece.Data.Span);
        }

        return new Finished(await command.Result.WaitAsync(Within.Time), Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}

/// <summary>The time after which something that should have happened has not.</summary>
internal static class Within
{
    public static CancellationToken Time => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}

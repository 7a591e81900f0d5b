using System.Diagnostics;

namespace OpenInteractions.Cli.Tests;

/// <summary>The real server in a process of its own, which ends with the tests.</summary>
public sealed class LocalServer : IAsyncLifetime
{
    private const string ReadyLine = "OpenInteractions is ready at ";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _data;
    private readonly bool _isOwned;
    private readonly TaskCompletionSource<string> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    public LocalServer()
        : this(Directory.CreateTempSubdirectory("openinteractions-cli-"), isOwned: true)
    {
    }

    private LocalServer(DirectoryInfo data, bool isOwned) => (_data, _isOwned) = (data, isOwned);

    public string Url { get; private set; } = "";

    /// <summary>A server on data that the caller has, such as a file of keys.</summary>
    public static async Task<LocalServer> StartAsync(DirectoryInfo data)
    {
        var server = new LocalServer(data, isOwned: false);
        await server.InitializeAsync();
        return server;
    }

    public async Task InitializeAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "openinteractions.dll"), "--urls", "http://127.0.0.1:0", "--data-dir", _data.FullName])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["OpenInteractions__Providers__Ollama"] = "false" },
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { } text && text.StartsWith(ReadyLine, StringComparison.Ordinal))
            {
                _address.TrySetResult(text[ReadyLine.Length..].Trim());
            }
            else if (line.Data is null)
            {
                _address.TrySetException(new InvalidOperationException("The server ended before it was ready."));
            }
        };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            Url = await _address.Task.WaitAsync(Patience);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        if (_isOwned)
        {
            _data.Delete(recursive: true);
        }
    }
}

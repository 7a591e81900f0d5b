using System.Diagnostics;
using System.Net;
using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>A repository behind git's HTTP protocol, and files beside it, on this machine.</summary>
internal sealed class GitServer : IDisposable
{
    private HttpListener _listener = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-git-");
    private readonly Task _serving;

    public GitServer()
    {
        Address = Listen();
        Git("init", "-q", "-b", "trunk", Work);
        _serving = Task.Run(ServeAsync);
    }

    // The listener takes no port of the system's choice.
    private string Listen()
    {
        while (true)
        {
            var address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 30_000)}";
            _listener = new HttpListener { Prefixes = { address + "/" } };
            try
            {
                _listener.Start();
                return address;
            }
            catch (HttpListenerException)
            {
                // Somebody has it.
            }
        }
    }

    public string Address { get; }

    public string Work => $"{_directory.FullName}/work";

    /// <summary>A header that requests need; null for none.</summary>
    public (string Name, string Value)? Needed { get; set; }

    /// <summary>Where <c>/away</c> redirects to.</summary>
    public string Away { get; set; } = "";

    /// <summary>All headers of all requests that have come.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Heard { get; } = [];

    public IDictionary<string, byte[]> Files { get; } = new Dictionary<string, byte[]>();

    public void Commit(string message)
    {
        Git("-C", Work, "add", "-A");
        Git("-C", Work, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", message);
    }

    public void Dispose()
    {
        _listener.Close();
        _serving.ContinueWith(_ => { }, TaskScheduler.Default);
        _directory.Delete(recursive: true);
    }

    private static void Git(params string[] arguments) => HostProcess.Run("git", arguments);

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            var context = await _listener.GetContextAsync();
            using var response = context.Response;
            foreach (var name in context.Request.Headers.AllKeys)
            {
                Heard.Enqueue($"{name}: {context.Request.Headers[name]}");
            }

            if (Needed is { } needed && context.Request.Headers[needed.Name] != needed.Value)
            {
                response.StatusCode = 401;
                continue;
            }

            switch (context.Request.Url!.AbsolutePath)
            {
                case "/moved/info/refs":
                    response.Redirect($"{Address}/r.git/info/refs?service=git-upload-pack");
                    break;
                case "/away/info/refs":
                    response.Redirect($"{Away}/info/refs?service=git-upload-pack");
                    break;
                case "/rude/info/refs":
                    response.ContentType = "application/x-git-upload-pack-advertisement";
                    await response.OutputStream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{4 + 41 + 5:x4}{new string('a', 40)} HEAD\n"));
                    break;
                case "/rude/git-upload-pack":
                    var words = $"\u0003you said {context.Request.Headers["Authorization"]}";
                    await response.OutputStream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{4 + words.Length:x4}{words}"));
                    break;
                case "/r.git/info/refs":
                    response.ContentType = "application/x-git-upload-pack-advertisement";
                    await response.OutputStream.WriteAsync("001e# service=git-upload-pack\n0000"u8.ToArray());
                    await UploadPackAsync(["--advertise-refs"], Stream.Null, response.OutputStream);
                    break;
                case "/r.git/git-upload-pack":
                    response.ContentType = "application/x-git-upload-pack-result";
                    await UploadPackAsync([], context.Request.InputStream, response.OutputStream);
                    break;
                case var path when Files.TryGetValue(path, out var file):
                    await response.OutputStream.WriteAsync(file);
                    break;
                default:
                    response.StatusCode = 404;
                    break;
            }
        }
    }

    private async Task UploadPackAsync(string[] more, Stream input, Stream output)
    {
        using var process = Process.Start(new ProcessStartInfo("git", ["upload-pack", "--stateless-rpc", .. more, Work]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await input.CopyToAsync(process.StandardInput.BaseStream);
        process.StandardInput.Close();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
    }
}

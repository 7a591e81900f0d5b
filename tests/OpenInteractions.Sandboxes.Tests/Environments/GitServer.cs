using System.Diagnostics;
using System.Net;
using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>A repository behind git's HTTP protocol, and files beside it, on this machine.</summary>
internal sealed class GitServer : IDisposable
{
    private readonly HttpListener _listener;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("oi-git-");

    public GitServer()
    {
        Git("init", "-q", "-b", "trunk", Work);
        (_listener, Address) = LocalListener.Start(AnswerAsync);
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
        _directory.Delete(recursive: true);
    }

    private static void Git(params string[] arguments) => HostProcess.Run("git", arguments);

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        foreach (var name in request.Headers.AllKeys)
        {
            Heard.Enqueue($"{name}: {request.Headers[name]}");
        }

        if (Needed is { } needed && request.Headers[needed.Name] != needed.Value)
        {
            response.StatusCode = 401;
            return;
        }

        switch (request.Url!.AbsolutePath)
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
                var words = $"\u0003you said {request.Headers["Authorization"]}";
                await response.OutputStream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{4 + words.Length:x4}{words}"));
                break;
            case "/r.git/info/refs":
                response.ContentType = "application/x-git-upload-pack-advertisement";
                await response.OutputStream.WriteAsync("001e# service=git-upload-pack\n0000"u8.ToArray());
                await UploadPackAsync(["--advertise-refs"], Stream.Null, response.OutputStream);
                break;
            case "/r.git/git-upload-pack":
                response.ContentType = "application/x-git-upload-pack-result";
                await UploadPackAsync([], request.InputStream, response.OutputStream);
                break;
            case var path when Files.TryGetValue(path, out var file):
                await response.OutputStream.WriteAsync(file);
                break;
            default:
                response.StatusCode = 404;
                break;
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

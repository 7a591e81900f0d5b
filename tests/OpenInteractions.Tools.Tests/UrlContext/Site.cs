using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>A site on a socket of loopback that sends exactly the bytes that a test says, also wrong ones. A path without an answer is 404.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _gone = new();
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentBag<Task> _answering = [];
    private readonly Dictionary<string, Func<string, NetworkStream, CancellationToken, Task>> _answers = new(StringComparer.Ordinal);
    private readonly Task _serving;

    public Site()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public EndPoint Address => _listener.LocalEndpoint;

    /// <summary>Heads of the requests that arrived.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Paths that were asked for, without <c>robots.txt</c>.</summary>
    public IReadOnlyList<string> Paths => [.. _requests.Select(r => r.Split(' ')[1]).Where(p => p != "/robots.txt")];

    public Site On(string path, Func<string, NetworkStream, CancellationToken, Task> answer)
    {
        _answers[path] = answer;
        return this;
    }

    public Site On(string path, Func<string, byte[]> answer) => On(path, (head, stream, gone) => stream.WriteAsync(answer(head), gone).AsTask());

    public Site On(string path, byte[] answer) => On(path, _ => answer);

    public Site Page(string path, string body, string type = "text/html; charset=utf-8", string headers = "") => On(path, Answer(Encoding.UTF8.GetBytes(body), type, headers));

    /// <summary>A whole answer with its length.</summary>
    public static byte[] Answer(byte[] body, string? type = "text/html", string headers = "", string status = "200 OK") =>
        [.. Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}Content-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n")), .. body];

    public static byte[] Redirect(string target) => Encoding.ASCII.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _listener.Stop();
        await _serving;
        await Task.WhenAll(_answering);
        _gone.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _answering.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_gone.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException || _gone.IsCancellationRequested)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var head = await HeadAsync(client.GetStream());
                if (head.Length == 0)
                {
                    return;
                }

                _requests.Enqueue(head);
                var answer = _answers.GetValueOrDefault(head.Split(' ')[1]) ?? ((_, stream, gone) => stream.WriteAsync(Answer([], status: "404 Not Found"), gone).AsTask());
                await answer(head, client.GetStream(), _gone.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException)
            {
                // The client, or the test, has gone.
            }
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _gone.Token) > 0)
        {
            head.Append((char)buffer[0]);
        }

        return head.ToString();
    }
}

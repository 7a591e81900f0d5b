using System.Globalization;
using System.Net.Sockets;
using System.Text;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Http;

/// <summary>
/// A create with a large body, byte by byte as the test wants it. It asks before it sends (<c>Expect: 100-continue</c>), and the server says "go on" when
/// it begins to read: that is how a test knows that the body has its turn.
/// </summary>
internal sealed class LargeBody : IDisposable
{
    private readonly TcpClient _socket = new();
    private readonly int _length;
    private NetworkStream _stream = null!;

    private LargeBody(int length) => _length = length;

    /// <summary>Sends the head of a request whose body has a length, in bytes; -1 for a body in chunks.</summary>
    public static async Task<LargeBody> BeginAsync(Uri server, int length)
    {
        var body = new LargeBody(length);
        await body._socket.ConnectAsync(server.Host, server.Port);
        body._stream = body._socket.GetStream();
        var framing = length < 0 ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}");
        await body.SendAsync($"POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n{framing}\r\n\r\n");
        return body;
    }

    /// <summary>Ends when the server begins to read.</summary>
    public async Task TurnAsync()
    {
        var line = new byte["HTTP/1.1 100 Continue\r\n\r\n".Length];
        await _stream.ReadExactlyAsync(line).AsTask().OrTimeout("the server's word to go on");
        Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(line), StringComparison.Ordinal);
    }

    public async Task SendAsync(string text) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(text));

    public Task SendChunkAsync(string text) => SendAsync($"{text.Length:X}\r\n{text}\r\n");

    /// <summary>Sends a request that the demo model answers by <paramref name="word"/>, filled up to the length with spaces.</summary>
    public Task SendCreateAsync(string word) => SendAsync(Create(word).PadRight(_length));

    public static string Create(string word) => $$"""{"model":"demo","store":false,"input":"echo: {{word}}"}""";

    /// <summary>The answer as it stands on the wire.</summary>
    public async Task<string> AnswerAsync()
    {
        using var all = new MemoryStream();
        await _stream.CopyToAsync(all).OrTimeout("the end of the answer");
        return Encoding.UTF8.GetString(all.ToArray());
    }

    /// <summary>The answer to a body that was not sent to its end: the web server waits for the rest of it before it closes the connection.</summary>
    public async Task<string> AnswerAsync(string until)
    {
        var (all, read) = (new StringBuilder(), new byte[4096]);
        while (!all.ToString().Contains(until, StringComparison.Ordinal))
        {
            var length = await _stream.ReadAsync(read).AsTask().OrTimeout("the answer");
            Assert.NotEqual(0, length);
            all.Append(Encoding.UTF8.GetString(read, 0, length));
        }

        return all.ToString();
    }

    /// <summary>The answer to a body whose chunks cannot be read, on a connection that is to be used again.</summary>
    public static async Task<string> BrokenAsync(Uri server)
    {
        using var body = new LargeBody(-1);
        await body._socket.ConnectAsync(server.Host, server.Port);
        body._stream = body._socket.GetStream();
        await body.SendAsync("POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n");
        return await body.AnswerAsync(until: "not valid HTTP");
    }

    /// <summary>Leaves without a word.</summary>
    public void Dispose()
    {
        _stream.Socket.Close(timeout: 0);
        _socket.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Engine.Tests.Outbound;

/// <summary>
/// A client behind the guard, in a world of its own: names answer as a test says, and a connection that the guard makes to any address ends at a
/// server on loopback, which counts it and answers as a test says.
/// </summary>
internal sealed class GuardedClient : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _gone = new();
    private readonly Task _serving;
    private readonly Func<string, string> _answer;
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentQueue<IPEndPoint> _dialled = [];
    private readonly HttpClient _client;
    private readonly Dictionary<string, Queue<string[]>> _names = [];

    public GuardedClient(Func<string, string>? answer = null, params string[] allowed)
    {
        _answer = answer ?? (_ => Ok);
        _listener.Start();
        _serving = ServeAsync();
        var options = new OutboundOptions();
        options.AllowedNetworks.AddRange(allowed);
        Guard = new OutboundGuard(Options.Create(options), Resolve, DialAsync);
        _client = new HttpClient(Guard.NewHandler());
    }

    public static string Ok => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    public OutboundGuard Guard { get; }

    /// <summary>Heads of the requests that arrived.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    /// <summary>Where connections were made to.</summary>
    public IReadOnlyCollection<IPEndPoint> Dialled => _dialled;

    public int Lookups { get; private set; }

    public static string Redirect(string target, int status = 302) => $"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

    /// <summary>What a name answers: one list of addresses for each time that it is asked, the last one from then on.</summary>
    public GuardedClient Name(string host, params string[][] answers)
    {
        _names[host] = new Queue<string[]>(answers);
        return this;
    }

    public Task<HttpResponseMessage> GetAsync(string url) => _client.GetAsync(new Uri(url));

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _client.SendAsync(request);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _gone.CancelAsync();
        await _serving; // first: a listener that was stopped refuses to accept in its own way
        _listener.Stop();
        _gone.Dispose();
    }

    private Task<IPAddress[]> Resolve(string host, CancellationToken cancellationToken)
    {
        Lookups++;
        if (!_names.TryGetValue(host, out var answers))
        {
            return Dns.GetHostAddressesAsync(host, cancellationToken);
        }

        return Task.FromResult((answers.Count > 1 ? answers.Dequeue() : answers.Peek()).Select(IPAddress.Parse).ToArray());
    }

    private async Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        _dialled.Enqueue(address);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndpoint, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_gone.Token);
                var head = await HeadAsync(client.GetStream());
                _requests.Enqueue(head);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(_answer(head)), _gone.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException || _gone.IsCancellationRequested)
        {
            // The test has ended.
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

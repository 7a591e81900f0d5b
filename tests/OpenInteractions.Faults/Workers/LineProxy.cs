using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace OpenInteractions.Faults.Tests.Workers;

/// <summary>The way of a worker to its server, which a test can cut and mend.</summary>
internal sealed class LineProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly ConcurrentDictionary<Socket, Socket> _open = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private volatile TaskCompletionSource _passage = Open();
    private volatile bool _isClosed;

    public LineProxy(Uri server)
    {
        _server = server;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Breaks every connection, or lets nothing arrive any more without a word.</summary>
    public void Cut(bool isSilent)
    {
        if (isSilent)
        {
            _passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return;
        }

        _isClosed = true;
        CloseAll();
    }

    public void Mend()
    {
        _isClosed = false;
        CloseAll();
        _passage.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        _passage.TrySetResult();
        CloseAll();
        _listener.Stop();
        await Task.WhenAll(_tasks);
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private void CloseAll()
    {
        foreach (var (client, server) in _open)
        {
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _tasks.Add(ServeAsync(await _listener.AcceptSocketAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var one = client;
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await _passage.Task;
            if (!_isClosed)
            {
                await other.ConnectAsync(_server.Host, _server.Port);
                (client.NoDelay, other.NoDelay) = (true, true);
                _open[client] = other;
                await Task.WhenAny(PassAsync(client, other), PassAsync(other, client));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The server is away: the worker is told by the end of its connection.
        }
        finally
        {
            _open.TryRemove(client, out _);
        }
    }

    private async Task PassAsync(Socket from, Socket to)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(bytes) is > 0 and var count)
            {
                await _passage.Task;
                for (var rest = bytes.AsMemory(0, count); !rest.IsEmpty;)
                {
                    rest = rest[await to.SendAsync(rest)..];
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}

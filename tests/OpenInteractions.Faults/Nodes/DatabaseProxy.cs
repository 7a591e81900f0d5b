using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>How a node loses its database.</summary>
public enum Outage
{
    /// <summary>Connections break, and new ones are refused: the server has gone.</summary>
    Closed,

    /// <summary>Nothing arrives any more in either direction, and nobody says so: the network has gone. What was sent arrives when it is back.</summary>
    Silent,
}

/// <summary>The way of one node to the database, which a test can cut and mend.</summary>
internal sealed class DatabaseProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly UnixDomainSocketEndPoint _server;
    private readonly ConcurrentDictionary<Socket, Socket> _open = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private volatile TaskCompletionSource _passage = Open();
    private volatile bool _isClosed;

    public DatabaseProxy(PostgresCluster cluster)
    {
        _server = new UnixDomainSocketEndPoint(Path.Combine(cluster.Folder, ".s.PGSQL.5432"));
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    /// <summary>The connection string of a node behind it.</summary>
    public string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};Database={database};Username=oi;SSL Mode=Disable";

    public void Cut(Outage outage)
    {
        if (outage == Outage.Silent)
        {
            _passage = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return;
        }

        _isClosed = true;
        foreach (var (client, server) in _open)
        {
            client.Dispose();
            server.Dispose();
        }
    }

    public void Mend()
    {
        _isClosed = false;
        _passage.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Cut(Outage.Closed);
        Mend();
        _listener.Stop();
        _isClosed = true;
        await Task.WhenAll(_tasks);
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                _tasks.Add(ServeAsync(client));
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
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await _passage.Task;
            await other.ConnectAsync(_server);
            client.NoDelay = true;
            _open[client] = other;
            if (!_isClosed)
            {
                await Task.WhenAny(PassAsync(client, other), PassAsync(other, client));
            }
        }
        catch (SocketException)
        {
            // The server is away: the node is told by the end of its connection.
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

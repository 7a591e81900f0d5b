using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>
/// A connection outwards, made by the guard: it resolves the name once, checks every address and connects to a checked one. The guard offers that to HTTP handlers
/// only, so one is asked for a request, and its connection is taken over as soon as it stands, before anything is written to it.
/// </summary>
internal static class GuardedConnection
{
    public static async Task<Stream> OpenAsync(OutboundGuard guard, EgressHost host, int port, CancellationToken cancellationToken)
    {
        var handler = guard.NewHandler();
        using var invoker = new HttpMessageInvoker(handler);
        if (handler is not DelegatingHandler { InnerHandler: SocketsHttpHandler sockets })
        {
            throw new InvalidOperationException("The guard's handler has another form than expected.");
        }

        var handed = new TaskCompletionSource<Stream>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var request = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        sockets.PlaintextStreamFilter = (context, _) =>
        {
            if (!handed.TrySetResult(context.PlaintextStream))
            {
                context.PlaintextStream.Dispose(); // it came too late, or it is a second one
            }

            return ValueTask.FromResult<Stream>(new SilentStream());
        };

        using var message = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(Uri.UriSchemeHttp, host.Address?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host.Name}]" : host.Name, port).Uri);
        var sending = invoker.SendAsync(message, request.Token);
        await Task.WhenAny(handed.Task, sending);
        if (!handed.Task.IsCompletedSuccessfully && handed.TrySetCanceled(CancellationToken.None))
        {
            await FailAsync(sending, host, port, cancellationToken);
        }

        var stream = await handed.Task;
        await request.CancelAsync();
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // the request was only the way to the connection
        if (IsOwn(stream))
        {
            await stream.DisposeAsync();
            throw new EgressRefusedException($"'{host.Name}' leads to this server's own address");
        }

        return stream;
    }

    /// <summary>Where a connection of the guard leads to.</summary>
    public static IPEndPoint? AddressOf(Stream stream) => (stream as NetworkStream)?.Socket.RemoteEndPoint as IPEndPoint;

    private static async Task FailAsync(Task<HttpResponseMessage> sending, EgressHost host, int port, CancellationToken cancellationToken)
    {
        try
        {
            (await sending).Dispose();
        }
        catch (OutboundRefusedException)
        {
            throw new EgressRefusedException($"'{host.Name}' does not exist, or leads to no public address");
        }
        catch (HttpRequestException e) when (e.InnerException is OutboundRefusedException)
        {
            throw new EgressRefusedException($"'{host.Name}' does not exist, or leads to no public address");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Nobody answers, or not in time.
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new EgressUnreachableException($"'{host.Name}' does not answer on port {port}");
    }

    /// <summary>
    /// This machine has addresses that are public, with its own API behind them. Loopback is not asked about here: the guard lets it pass only when the operator listed it.
    /// </summary>
    private static bool IsOwn(Stream stream) =>
        stream is NetworkStream { Socket: { RemoteEndPoint: IPEndPoint remote, LocalEndPoint: IPEndPoint local } } && !IPAddress.IsLoopback(remote.Address)
        && (remote.Address.Equals(local.Address) || NetworkInterface.GetAllNetworkInterfaces().Any(i => i.GetIPProperties().UnicastAddresses.Any(a => a.Address.Equals(remote.Address))));

    /// <summary>What the handler gets instead of the connection: it takes everything and never answers.</summary>
    private sealed class SilentStream : Stream
    {
        private readonly TaskCompletionSource<int> _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => 0;

        // The handler gives no token: it disposes what it reads from when its request is cancelled.
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(_disposed.Task.WaitAsync(cancellationToken));

        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _disposed.TrySetResult(0);
            base.Dispose(disposing);
        }
    }
}

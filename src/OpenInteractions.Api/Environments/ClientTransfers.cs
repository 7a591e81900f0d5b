using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Api.Environments;

/// <summary>
/// Files that clients bring and fetch. Each holds one of the few threads that a sandbox has for files for as long as its client takes, and with that the sandbox. So an environment has
/// <see cref="MostAtOnce"/> of them at a time, which leaves room for the agent that works there, and a client who does not go on is let go.
/// </summary>
internal sealed class ClientTransfers(IOptions<EnvironmentOptions> options, TimeProvider time)
{
    /// <summary>Transfers of one environment at a time; others wait.</summary>
    public const int MostAtOnce = 2;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Waits for a place.</summary>
    /// <returns>The place; dispose it when the transfer is over.</returns>
    /// <exception cref="ApiException">Others take too long.</exception>
    public async Task<IDisposable> BeginAsync(string environment, CancellationToken gone)
    {
        Line line;
        lock (_gate)
        {
            if (!_lines.TryGetValue(environment, out line!))
            {
                _lines.Add(environment, line = new Line());
            }

            line.Users++;
        }

        try
        {
            return await line.Room.WaitAsync(options.Value.StartWait, gone) ? new Place(this, environment, line) : throw new ApiException(
                ErrorCode.RateLimitExceeded, $"{MostAtOnce} other files are on their way to or from the environment '{environment}'. Try again later.", retryAfter: RetryAfter);
        }
        catch
        {
            Leave(environment, line);
            throw;
        }
    }

    /// <summary>What a client sends, as long as he goes on.</summary>
    public Stream From(HttpContext context) => new PacedStream(context.Request.Body, options.Value.TransferPace, time, late: () => throw new ApiException(
        ErrorCode.InvalidRequest, $"The body came too slowly: each megabyte of a file must come within {options.Value.TransferPace.TotalSeconds:0.##} seconds. Begin again, or go on with a resumable upload."));

    /// <summary>What a client fetches, as long as he goes on. The connection of one who does not is cut: half a file must not look like a whole one.</summary>
    public Stream To(HttpContext context) => new PacedStream(context.Response.Body, options.Value.TransferPace, time, context.Abort);

    private void Leave(string environment, Line line)
    {
        lock (_gate)
        {
            if (--line.Users == 0)
            {
                _lines.Remove(environment);
            }
        }
    }

    private sealed class Line
    {
        // Nothing of it has to be given back: no handle was asked for.
        public SemaphoreSlim Room { get; } = new(MostAtOnce);

        public int Users { get; set; }
    }

    private sealed class Place(ClientTransfers transfers, string environment, Line line) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                line.Room.Release();
                transfers.Leave(environment, line);
            }
        }
    }

    /// <summary>A client's end of a transfer. What counts is the time for which he is waited for, and not the sandbox's.</summary>
    private sealed class PacedStream(Stream client, TimeSpan pace, TimeProvider time, Action late) : OneWayStream
    {
        private const int Stretch = 1_000_000;

        private TimeSpan _waited;
        private long _bytes;

        public override bool CanRead => client.CanRead;

        public override bool CanWrite => client.CanWrite;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await InTimeAsync(token => client.ReadAsync(buffer, token), cancellationToken);
            Count(count);
            return count;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await InTimeAsync(
                async token =>
                {
                    await client.WriteAsync(buffer, token);
                    return true;
                },
                cancellationToken);
            Count(buffer.Length);
        }

        // The work itself is ended, and not only no longer waited for: its buffer is somebody else's afterwards.
        private async ValueTask<T> InTimeAsync<T>(Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
        {
            using var timer = new CancellationTokenSource(_waited < pace ? pace - _waited : TimeSpan.Zero, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            var since = time.GetTimestamp();
            try
            {
                return await work(either.Token);
            }
            catch (OperationCanceledException exception) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                late();
                throw new OperationCanceledException("The client does not go on.", exception);
            }
            finally
            {
                _waited += time.GetElapsedTime(since);
            }
        }

        private void Count(int bytes)
        {
            _bytes += bytes;
            if (_bytes >= Stretch)
            {
                (_bytes, _waited) = (0, TimeSpan.Zero);
            }
        }
    }
}

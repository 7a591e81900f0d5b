using Microsoft.Extensions.Options;

namespace OpenInteractions.Api.Http;

/// <summary>
/// Bounds the bytes of large bodies that are in work at the same time: a body costs several times its length while it is read, checked, kept and sent
/// on, and a few of the largest at once would take all memory of a small machine. Who does not fit waits; turns come in the order of arrival.
/// </summary>
internal sealed class BodyBudget(IOptions<RequestOptions> options, TimeProvider time)
{
    /// <summary>Bodies up to this length, in bytes, never ask.</summary>
    public const int Small = 1_000_000;

    /// <summary>
    /// Bytes of bodies that leave so much behind that it is collected before the next one begins. The collector goes by what the machine has, and
    /// would let the remains of many pile up.
    /// </summary>
    private const long Remains = 50_000_000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly LinkedList<Turn> _line = [];
    private readonly RequestOptions _options = options.Value;
    private long _free = options.Value.LargeBodyBudget;
    private long _remains;

    /// <summary>The longest body that there is, in bytes.</summary>
    public int LargestBody => _options.MaxBodyLength;

    /// <summary>Bytes that nobody holds.</summary>
    internal long Free
    {
        get
        {
            lock (_lock)
            {
                return _free;
            }
        }
    }

    /// <summary>How many wait.</summary>
    internal int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _line.Count;
            }
        }
    }

    /// <summary>Takes a share, when its turn has come.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.ServiceUnavailable"/>: too many wait, or the turn did not come in time.</exception>
    public async ValueTask<BodyShare> TakeAsync(long bytes, CancellationToken gone)
    {
        await WaitAsync(bytes, gone);
        if (Interlocked.Read(ref _remains) >= Remains && Interlocked.Exchange(ref _remains, 0) >= Remains)
        {
            GC.Collect();
        }

        return new BodyShare(this, bytes);
    }

    private async ValueTask WaitAsync(long bytes, CancellationToken gone)
    {
        LinkedListNode<Turn> turn;
        lock (_lock)
        {
            if (_line.Count == 0 && bytes <= _free)
            {
                _free -= bytes;
                return;
            }

            if (_line.Count >= _options.LargeBodyQueue)
            {
                throw Busy();
            }

            turn = _line.AddLast(new Turn(bytes));
        }

        try
        {
            await turn.Value.Task.WaitAsync(_options.LargeBodyWait, time, gone);
        }
        catch (TimeoutException)
        {
            Leave(turn);
            throw Busy();
        }
        catch (OperationCanceledException)
        {
            Leave(turn);
            throw;
        }
    }

    /// <summary>Nothing is made of a body any longer.</summary>
    internal void End(long bytes)
    {
        Interlocked.Add(ref _remains, bytes);
        GiveBack(bytes);
    }

    internal void GiveBack(long bytes)
    {
        lock (_lock)
        {
            _free += bytes;
            Serve();
        }
    }

    /// <summary>Somebody does not wait any longer. His turn may have come in the same moment.</summary>
    private void Leave(LinkedListNode<Turn> turn)
    {
        lock (_lock)
        {
            if (turn.List is null)
            {
                _free += turn.Value.Bytes;
            }
            else
            {
                _line.Remove(turn);
            }

            Serve();
        }
    }

    /// <summary>Only the first may go, also when a later one would fit: the largest would wait for ever otherwise.</summary>
    private void Serve()
    {
        while (_line.First is { Value: var next } && next.Bytes <= _free)
        {
            _line.RemoveFirst();
            _free -= next.Bytes;
            next.SetResult();
        }
    }

    private static ApiException Busy() =>
        new(ErrorCode.ServiceUnavailable, "The server works on as many large bodies as it may at the same time. Try again later, or send large media as 'uri'.", retryAfter: RetryAfter);

    private sealed class Turn(long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public long Bytes => bytes;
    }
}

/// <summary>Part of the <see cref="BodyBudget"/>, for one body; dispose it when nothing is made of the body any longer, or it is lost.</summary>
internal sealed class BodyShare(BodyBudget budget, long bytes) : IDisposable
{
    private long _bytes = bytes;

    /// <summary>Gives back what is not needed: the body turned out to be smaller.</summary>
    public void Shrink(long needed)
    {
        if (needed < _bytes)
        {
            budget.GiveBack(_bytes - needed);
            _bytes = needed;
        }
    }

    public void Dispose() => budget.End(Interlocked.Exchange(ref _bytes, 0));
}

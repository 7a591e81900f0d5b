using Microsoft.Extensions.Options;

namespace OpenInteractions.Api.Http;

/// <summary>
/// Bounds the bytes of large bodies that are in work at the same time: a body costs several times its length while it is read, checked, kept and sent
/// on, and a few of the largest at once would take all memory of a small machine. A body takes its part as its bytes come, so that who only announces
/// many holds nothing; who does not fit waits.
/// </summary>
/// <remarks>
/// Bodies that are half read and all wait for more would wait for each other. So a part is given only while there stays an order in which every body that
/// has begun can come to its end, even if each turns out as long as it may: the banker's rule. One that waits is then always let on by others that end.
/// </remarks>
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
    private readonly HashSet<BodyShare> _shares = [];
    private readonly RequestOptions _options = options.Value;
    private long _free = options.Value.LargeBodyBudget;
    private long _remains;

    /// <summary>The longest body that there is, in bytes.</summary>
    public int LargestBody => _options.MaxBodyLength;

    /// <summary>How long each further megabyte of a large body may take. A body holds what it has, so one that comes for ever would hold it for ever.</summary>
    public TimeSpan Pace => _options.LargeBodyPace;

    /// <summary>The clock of the pace.</summary>
    public TimeProvider Time => time;

    /// <summary>What the bodies of one project may hold together, in bytes: a body of any length has room, and beyond that a quarter is for the others.</summary>
    internal long MostOfAProject => Math.Max(LargestBody, _options.LargeBodyBudget / 4L * 3);

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

    /// <summary>The share of a body that has not taken anything yet.</summary>
    /// <param name="project">Whose body it is.</param>
    /// <param name="atMost">How long it may become, in bytes.</param>
    public BodyShare Open(string project, int atMost) => new(this, project, atMost);

    /// <summary>Gives a share more, when its turn has come.</summary>
    internal async ValueTask GrowAsync(BodyShare share, long bytes, CancellationToken gone)
    {
        if (Ask(share, bytes) is { } turn)
        {
            await WaitAsync(turn, gone);
        }

        if (Interlocked.Read(ref _remains) >= Remains && Interlocked.Exchange(ref _remains, 0) >= Remains)
        {
            GC.Collect();
        }
    }

    /// <summary>A body has come whole.</summary>
    internal void Settle(BodyShare share, long length)
    {
        lock (_lock)
        {
            _free += share.Held - length;
            (share.Held, share.AtMost) = (length, length);
            Serve();
        }
    }

    /// <summary>Nothing is made of a body any longer.</summary>
    internal void End(BodyShare share)
    {
        lock (_lock)
        {
            _remains += share.Held;
            _free += share.Held;
            share.Held = 0;
            _shares.Remove(share);
            Serve();
        }
    }

    /// <summary>So many bytes were left to the collector while a body grew.</summary>
    internal void Leave(long bytes) => Interlocked.Add(ref _remains, bytes);

    /// <summary>Takes the part at once, or a place in the line.</summary>
    private LinkedListNode<Turn>? Ask(BodyShare share, long bytes)
    {
        lock (_lock)
        {
            var turn = _line.AddLast(new Turn(share, bytes));
            Serve();
            if (turn.List is null)
            {
                return null;
            }

            // One that has begun may always wait: it cannot be told to come later, and there are no more of them than the budget holds.
            if (!share.HasBegun && _line.Count(t => !t.Share.HasBegun) > _options.LargeBodyQueue)
            {
                _line.Remove(turn);
                throw Busy();
            }

            return turn;
        }
    }

    private async ValueTask WaitAsync(LinkedListNode<Turn> turn, CancellationToken gone)
    {
        try
        {
            await turn.Value.Task.WaitAsync(_options.LargeBodyWait, time, gone);
        }
        catch (TimeoutException)
        {
            GoAway(turn);
            throw Busy();
        }
        catch (OperationCanceledException)
        {
            GoAway(turn);
            throw;
        }
    }

    /// <summary>Somebody does not wait any longer. His turn may have come in the same moment: the share then has it, and gives it back at its end.</summary>
    private void GoAway(LinkedListNode<Turn> turn)
    {
        lock (_lock)
        {
            if (turn.List is not null)
            {
                _line.Remove(turn);
                Serve();
            }
        }
    }

    /// <summary>
    /// Bodies that have begun go on before others begin. Of those that have not, only the first of its project may, also when a later one would fit: the
    /// largest would wait for ever otherwise. Projects do not wait for each other.
    /// </summary>
    private void Serve()
    {
        if (_line.First is null)
        {
            return;
        }

        var waiting = new HashSet<string>(StringComparer.Ordinal);
        Serve(begun: true, waiting);
        Serve(begun: false, waiting);
    }

    private void Serve(bool begun, HashSet<string> waiting)
    {
        for (var turn = _line.First; turn is not null;)
        {
            var (current, share) = (turn, turn.Value.Share);
            turn = turn.Next;
            if (share.HasBegun != begun || (!begun && waiting.Contains(share.Project)))
            {
                continue;
            }

            if (TryGive(share, current.Value.Bytes))
            {
                _line.Remove(current);
                current.Value.SetResult();
            }
            else
            {
                waiting.Add(share.Project);
            }
        }
    }

    private bool TryGive(BodyShare share, long bytes)
    {
        if (bytes > _free)
        {
            return false;
        }

        var isNew = _shares.Add(share);
        share.Held += bytes;
        _free -= bytes;
        if (AllCanEnd())
        {
            return true;
        }

        share.Held -= bytes;
        _free += bytes;
        if (isNew)
        {
            _shares.Remove(share);
        }

        return false;
    }

    /// <summary>Whether there is an order in which all that have begun come to their end, each with as much as it may need, in the whole and in its project.</summary>
    private bool AllCanEnd()
    {
        var free = _free;
        var projects = _shares.GroupBy(s => s.Project, StringComparer.Ordinal).ToDictionary(g => g.Key, g => MostOfAProject - g.Sum(s => s.Held), StringComparer.Ordinal);
        var open = _shares.OrderBy(s => s.AtMost - s.Held).ToList();
        while (open.Count > 0)
        {
            var ended = open.RemoveAll(share =>
            {
                var needed = share.AtMost - share.Held;
                if (needed > free || needed > projects[share.Project])
                {
                    return false;
                }

                free += share.Held;
                projects[share.Project] += share.Held;
                return true;
            });
            if (ended == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static ApiException Busy() =>
        new(ErrorCode.ServiceUnavailable, "The server works on as many large bodies as it may at the same time. Try again later, or send large media as 'uri'.", retryAfter: RetryAfter);

    private sealed class Turn(BodyShare share, long bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public BodyShare Share => share;

        public long Bytes => bytes;
    }
}

/// <summary>Part of the <see cref="BodyBudget"/>, for one body; dispose it when nothing is made of the body any longer, or it is lost. Its figures are the budget's.</summary>
internal sealed class BodyShare(BodyBudget budget, string project, long atMost) : IDisposable
{
    public string Project => project;

    /// <summary>How long the body may become, or is, in bytes.</summary>
    public long AtMost { get; set; } = atMost;

    public long Held { get; set; }

    public bool HasBegun => Held > 0;

    /// <summary>Takes more, when its turn has come.</summary>
    /// <param name="bytes">What the body then holds.</param>
    /// <param name="gone">The caller's leaving.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.ServiceUnavailable"/>: too many wait, or the turn did not come in time.</exception>
    public ValueTask GrowAsync(long bytes, CancellationToken gone) => budget.GrowAsync(this, bytes - Held, gone);

    /// <summary>The body has come whole: what it turned out not to need is given back.</summary>
    public void Settle(long length) => budget.Settle(this, length);

    public void Dispose() => budget.End(this);
}

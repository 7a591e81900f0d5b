using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Interactions;

/// <summary>
/// Finds the conversation that stands before a turn by walking the links of the chain (design 4). Turns that were read or made here are
/// kept, each once and linked to its parent, so that the next turn of a long chain reads nothing and costs a walk along references.
/// </summary>
public sealed class ConversationChain(IInteractionStore store, SealedReadings readings)
{
    /// <summary>Turns that are kept.</summary>
    private const int MaxTurns = 50_000;

    /// <summary>Bytes of content that are kept; what adapters rendered comes to about half as much again.</summary>
    private const long MaxBytes = 64L * 1024 * 1024;

    /// <summary>A larger turn is read again when it is needed: next to what a model needs for it, that is nothing.</summary>
    private const long LargestTurn = 1024 * 1024;

    /// <summary>Texts take two bytes per character here, and one in the store.</summary>
    private const int BytesPerStored = 2;

    private const int FirstPage = 4;
    private const int LargestPage = 2048;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ChainTurn> _turns = new(StringComparer.Ordinal);
    private readonly Queue<ChainTurn> _clock = new();
    private long _bytes;
    private long _erasures;

    /// <summary>Grows when something is erased; see <see cref="Keep(string, string, string?, HistoryTurn, long, long)"/>.</summary>
    public long Erasures => Volatile.Read(ref _erasures);

    /// <summary>The turns up to and with an interaction, oldest first.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>: the interaction or an ancestor was deleted (behaviour ST-9, ST-17).</exception>
    public async Task<IReadOnlyList<HistoryTurn>> LoadAsync(string project, string id, CancellationToken cancellationToken)
    {
        var since = Erasures;
        var newestFirst = new List<HistoryTurn>();
        var read = new List<StoredTurn>();
        string? next = id;
        var limit = FirstPage;
        while (next is not null)
        {
            if (Find(project, next) is { } kept && kept.Use() is { } content)
            {
                LinkRead(project, read, newestFirst, kept, content.Steps, since);
                next = Walk(kept, newestFirst);
                continue;
            }

            var page = await store.LoadTurnsAsync(project, next, limit, cancellationToken);
            if (page.Count == 0)
            {
                throw Gone(id, next);
            }

            foreach (var turn in page)
            {
                read.Add(turn);
                next = turn.PreviousId;
                if (next is not null && Find(project, next) is not null)
                {
                    break; // from here on the kept turns serve, with what adapters rendered of them
                }
            }

            limit = Math.Min(limit * 8, LargestPage);
        }

        LinkRead(project, read, newestFirst, parent: null, before: [], since);
        newestFirst.Reverse();
        return newestFirst;
    }

    /// <summary>Keeps a turn that has just ended; its results are resolved already.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The interaction.</param>
    /// <param name="previousId">Its parent, or null.</param>
    /// <param name="turn">The turn.</param>
    /// <param name="bytes">Bytes of its content.</param>
    /// <param name="since"><see cref="Erasures"/> when it began: when something was erased since, it may have been this turn, and it is not kept.</param>
    public void Keep(string project, string id, string? previousId, HistoryTurn turn, long bytes, long since) =>
        Keep(project, id, previousId, turn, bytes, previousId is null ? null : Find(project, previousId), since);

    /// <summary>Drops everything that is kept: something was erased, and nothing of it may stay in memory.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _erasures++;
            foreach (var turn in _turns.Values)
            {
                turn.Evict();
            }

            _turns.Clear();
            _clock.Clear();
            _bytes = 0;
        }
    }

    private static ApiException Gone(string asked, string missing) => new(
        ErrorCode.NotFound,
        asked == missing
            ? $"There is no interaction '{asked}' for 'previous_interaction_id': it was never there, was deleted, or has expired."
            : $"The conversation of '{asked}' ('previous_interaction_id') cannot be continued: an earlier interaction of it was deleted.",
        "previous_interaction_id");

    /// <summary>Adds a kept turn and its kept ancestors. Returns the id that must be read next, or null at the root.</summary>
    private static string? Walk(ChainTurn start, List<HistoryTurn> newestFirst)
    {
        for (var turn = start; ;)
        {
            if (turn.Use() is not { } content)
            {
                return turn.Id; // evicted between two steps of the walk
            }

            newestFirst.Add(content);
            if (turn.PreviousId is null)
            {
                return null;
            }

            if (turn.Parent is not { } parent)
            {
                return turn.PreviousId;
            }

            turn = parent;
        }
    }

    /// <summary>
    /// Makes turns of what was read, oldest first, so that each knows its parent, and adds them newest first. The steps before are carried along and not
    /// asked of the parent, who may be evicted in any moment.
    /// </summary>
    private void LinkRead(string project, List<StoredTurn> read, List<HistoryTurn> newestFirst, ChainTurn? parent, IReadOnlyList<HistoryStep> before, long since)
    {
        var made = new HistoryTurn[read.Count];
        for (var i = read.Count - 1; i >= 0; i--)
        {
            var stored = read[i];
            made[i] = TurnJson.ToTurn(stored, before, s => readings.View(project, s));
            before = made[i].Steps;
            parent = Keep(project, stored.Id, stored.PreviousId, made[i], stored.Input.Length + stored.Output.Length + stored.ProviderStates.Length, parent, since);
        }

        newestFirst.AddRange(made);
        read.Clear();
    }

    private ChainTurn Keep(string project, string id, string? previousId, HistoryTurn turn, long bytes, ChainTurn? parent, long since)
    {
        var kept = new ChainTurn(project, id, previousId, turn, (bytes * BytesPerStored) + 512, parent);
        if (kept.Bytes > LargestTurn)
        {
            return kept;
        }

        lock (_gate)
        {
            if (since != _erasures)
            {
                return kept;
            }

            if (_turns.Remove(id, out var former))
            {
                _bytes -= former.Bytes; // stays in the clock until its turn comes
            }

            _turns[id] = kept;
            _clock.Enqueue(kept);
            _bytes += kept.Bytes;
            Trim();
        }

        return kept;
    }

    private ChainTurn? Find(string project, string id)
    {
        lock (_gate)
        {
            return _turns.TryGetValue(id, out var turn) && turn.Project == project ? turn : null;
        }
    }

    /// <summary>Second chance: a turn that was used since the hand last passed stays for one more round.</summary>
    private void Trim()
    {
        for (var chances = _clock.Count; (_turns.Count > MaxTurns || _bytes > MaxBytes) && _clock.Count > 1;)
        {
            var oldest = _clock.Dequeue();
            var isCurrent = _turns.TryGetValue(oldest.Id, out var current) && ReferenceEquals(current, oldest);
            if (isCurrent && chances-- > 0 && oldest.TakeChance())
            {
                _clock.Enqueue(oldest);
                continue;
            }

            oldest.Evict();
            if (isCurrent)
            {
                _turns.Remove(oldest.Id);
                _bytes -= oldest.Bytes;
            }
        }
    }

    private sealed class ChainTurn(string project, string id, string? previousId, HistoryTurn turn, long bytes, ChainTurn? parent)
    {
        private HistoryTurn? _turn = turn;
        private bool _wasUsed;

        public string Project => project;

        public string Id => id;

        public string? PreviousId => previousId;

        public long Bytes => bytes;

        public ChainTurn? Parent { get; private set; } = parent;

        public HistoryTurn? Use()
        {
            _wasUsed = true;
            return Volatile.Read(ref _turn);
        }

        public bool TakeChance()
        {
            var used = _wasUsed;
            _wasUsed = false;
            return used;
        }

        // A child may hold this node for long: the content must not stay with it, nor the chain behind it.
        public void Evict()
        {
            Volatile.Write(ref _turn, null);
            Parent = null;
        }
    }
}

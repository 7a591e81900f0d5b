using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// Events that follow from the steps alone (<see cref="DerivedEvents"/>), for readers who may take long: in pieces. Whole they are in memory once, however many read them and only while somebody does, and
/// of a few interactions at a time: for the others they are made anew for the next piece, which gives the same bytes.
/// </summary>
internal sealed class DerivedReplays(IInteractionStore store)
{
    /// <summary>Bytes of a piece.</summary>
    public const int PieceBytes = 256 * 1024;

    /// <summary>Bytes that are in memory at a time. What is longer by itself is there alone.</summary>
    public const int MostKept = 32 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Project, string Id), Replay> _replays = [];
    private long _kept;
    private long _uses;

    /// <summary>Bytes that are in memory.</summary>
    internal long Kept
    {
        get
        {
            lock (_gate)
            {
                return _kept;
            }
        }
    }

    /// <summary>A reader of an interaction. Nothing is read before he asks for a piece.</summary>
    public Reader Open(string project, string id) => new(this, project, id);

    private Replay Join(string project, string id)
    {
        lock (_gate)
        {
            if (!_replays.TryGetValue((project, id), out var replay))
            {
                _replays.Add((project, id), replay = new Replay(project, id));
            }

            replay.Readers++;
            return replay;
        }
    }

    private void Leave(Replay replay)
    {
        lock (_gate)
        {
            if (--replay.Readers == 0)
            {
                _replays.Remove((replay.Project, replay.Id));
                Forget(replay);
            }
        }
    }

    private Task<JournalBatch?> WholeAsync(Replay replay)
    {
        lock (_gate)
        {
            replay.LastUse = ++_uses;
            return replay.Whole ??= Task.Run(() => MakeAsync(replay)); // nobody's alone: a reader who leaves does not end it for the others
        }
    }

    private async Task<JournalBatch?> MakeAsync(Replay replay)
    {
        try
        {
            var ended = await store.GetAsync(replay.Project, replay.Id, CancellationToken.None);
            var whole = ended is { HasJournal: false } && ended.Status.IsTerminal() ? DerivedEvents.Of(ended) : null;
            lock (_gate)
            {
                if (replay.Readers > 0)
                {
                    replay.Bytes = whole?.Frames.Length ?? 0;
                    _kept += replay.Bytes;
                    MakeRoom(replay);
                }
            }

            return whole;
        }
        catch
        {
            lock (_gate)
            {
                replay.Whole = null; // the next one tries again
            }

            throw;
        }
    }

    // Under the gate.
    private void MakeRoom(Replay newest)
    {
        foreach (var oldest in _replays.Values.Where(r => r != newest && r.Bytes > 0).OrderBy(r => r.LastUse).ToList())
        {
            if (_kept <= MostKept)
            {
                return;
            }

            Forget(oldest);
        }
    }

    // Under the gate.
    private void Forget(Replay replay)
    {
        _kept -= replay.Bytes;
        (replay.Whole, replay.Bytes) = (null, 0);
    }

    /// <summary>One who reads, from a place on.</summary>
    public sealed class Reader(DerivedReplays replays, string project, string id) : IDisposable
    {
        private Replay? _replay;
        private int? _offset;
        private bool _isAtEnd;

        /// <summary>The next piece. Pieces need not end with a frame.</summary>
        /// <param name="skip">How many events the reader has already; it counts at the first piece.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>Nothing at the end, and where the events do not follow from the steps: the interaction has a journal, goes on, or is gone.</returns>
        public async Task<ReadOnlyMemory<byte>> NextAsync(long skip, CancellationToken cancellationToken)
        {
            if (_isAtEnd)
            {
                return default;
            }

            _replay ??= replays.Join(project, id);
            if (await replays.WholeAsync(_replay).WaitAsync(cancellationToken) is not { } whole)
            {
                _isAtEnd = true;
                return default;
            }

            var offset = _offset ?? EventFrame.SkipFrames(whole.Frames.Span, Math.Min(skip, whole.LastNumber));
            var rest = whole.Frames[offset..];
            _isAtEnd = rest.Length <= PieceBytes;
            _offset = offset + Math.Min(rest.Length, PieceBytes);
            return _isAtEnd && offset == 0 ? rest : rest[..Math.Min(rest.Length, PieceBytes)].ToArray(); // a copy: who does not read on holds this, and not the whole
        }

        public void Dispose()
        {
            if (_replay is not null)
            {
                replays.Leave(_replay);
                _replay = null;
            }
        }
    }

    /// <summary>What is read of one interaction.</summary>
    internal sealed class Replay(string project, string id)
    {
        public string Project => project;

        public string Id => id;

        public int Readers { get; set; }

        public Task<JournalBatch?>? Whole { get; set; }

        public int Bytes { get; set; }

        public long LastUse { get; set; }
    }
}

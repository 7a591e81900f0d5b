using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// The events of one interaction from a place on, as frames. A null item means that nothing has happened for a while: write a heartbeat.
/// The sequence ends when the run has ended and everything was given; the end mark is the reader's to write.
/// </summary>
/// <param name="frames">Opens the sequence.</param>
/// <param name="isResumable">True when another reader can go on where this one stops.</param>
public sealed class EventStream(Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>?>> frames, bool isResumable)
{
    /// <summary>True when another reader can go on where this one stops.</summary>
    public bool IsResumable => isResumable;

    /// <summary>Reads until the end, or until the reader leaves.</summary>
    public IAsyncEnumerable<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken gone) => frames(gone);
}

/// <summary>
/// Lets any number of readers follow any run: from the journal what is past, from the feed what happens now. Every place that a client was ever given can
/// be continued; a place that the journal lost in a crash goes on at the next owner's first event (design 5).
/// </summary>
public sealed class EventStreams(IInteractionStore store, IRunQueue queue, IEventJournal journal, RunRegistry registry, RunNews news, IOptions<StreamOptions> options, TimeProvider time)
{
    /// <summary>How long a reader is kept while the store is out of reach; then he is cut, and may resume at another node that reaches it.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(30);

    private const int PageSize = 64;

    private readonly TimeSpan _heartbeatInterval = options.Value.HeartbeatInterval;
    private readonly DerivedReplays _derived = new(store);

    /// <summary>Follows a run that this node has just started, whose events begin in memory, or any other from its beginning.</summary>
    internal EventStream Follow(string project, string id, EventFeed? feed) => new(gone => FollowAsync(project, id, default, feed, gone), isResumable: true);

    /// <summary>Follows a run that is not stored: memory is all there is, and this is its only reader.</summary>
    internal EventStream FollowOnly(EventFeed feed) => new(gone => FollowOnlyAsync(feed, gone), isResumable: false);

    /// <summary>Opens the events of a stored interaction behind a place.</summary>
    /// <param name="interaction">The interaction.</param>
    /// <param name="after">The place.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ApiException"><see cref="ErrorCode.InvalidRequest"/>: no event of this interaction has such an id (behaviour BG-6).</exception>
    public async Task<EventStream> OpenAsync(StoredInteraction interaction, EventPosition after, CancellationToken cancellationToken)
    {
        await RequireKnownAsync(interaction, after, cancellationToken);
        var (project, id) = (interaction.Project, interaction.Id); // and not the interaction, which may be long: readers may take long too
        return new EventStream(gone => FollowAsync(project, id, after, feed: null, gone), isResumable: true);
    }

    private async Task RequireKnownAsync(StoredInteraction interaction, EventPosition after, CancellationToken cancellationToken)
    {
        bool isKnown;
        if (registry.FeedOf(interaction.Project, interaction.Id) is { } feed && after.Epoch == feed.Epoch)
        {
            // The last events are in the store, where other nodes find them, a moment before they are here.
            isKnown = after.Number <= feed.LastNumber || (await NextAsync(interaction, Before(after), cancellationToken))?.Epoch == after.Epoch;
        }
        else if (interaction.Status == InteractionStatus.Queued)
        {
            isKnown = after <= new EventPosition(1, DerivedEvents.OfQueued(interaction).LastNumber);
        }
        else if (interaction is { HasJournal: false } && interaction.Status.IsTerminal())
        {
            isKnown = after <= new EventPosition(1, DerivedEvents.Of(interaction).LastNumber);
        }
        else
        {
            isKnown = await MayBeGivenAsync(interaction, after, cancellationToken);
        }

        if (!isKnown)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Unknown 'last_event_id': no event of '{interaction.Id}' has the id '{after}'. Use the 'event_id' of an event that you received, or leave it out for all events.", "last_event_id");
        }
    }

    /// <summary>
    /// An owner shows events before they are in the journal, and may die before they are: in the epoch of an owner every number is taken for one that was given
    /// that lies no further behind the journal than an owner may be ahead of it.
    /// </summary>
    private async Task<bool> MayBeGivenAsync(StoredInteraction interaction, EventPosition after, CancellationToken cancellationToken)
    {
        // The epoch first: of owners before that one, and of a run that has ended, the journal then has all that it will ever have.
        var newest = await queue.FindEpochAsync(interaction.Project, interaction.Id, cancellationToken);
        if (after.Epoch > newest)
        {
            return false;
        }

        var next = await NextAsync(interaction, Before(after), cancellationToken);
        if (next is null && newest is null)
        {
            return false; // behind the end
        }

        if (next?.Epoch == after.Epoch || after.Number <= EventLog.MostUnjournalled)
        {
            return true;
        }

        var near = await NextAsync(interaction, after with { Number = after.Number - EventLog.MostUnjournalled - 1 }, cancellationToken);
        if (near?.Epoch == after.Epoch)
        {
            return true;
        }

        // In place of what nobody could read there is the end alone (BareEnd): how far its owners had come is not known any more.
        return newest is null && (await NextAsync(interaction, after with { Number = 0 }, cancellationToken))?.Epoch != after.Epoch;
    }

    private static EventPosition Before(EventPosition place) => place with { Number = place.Number - 1 };

    private async Task<JournalBatch?> NextAsync(StoredInteraction interaction, EventPosition after, CancellationToken cancellationToken) =>
        (await journal.ReadAsync(interaction.Project, interaction.Id, after, 1, cancellationToken)).SingleOrDefault();

    private async IAsyncEnumerable<ReadOnlyMemory<byte>?> FollowOnlyAsync(EventFeed feed, [EnumeratorCancellation] CancellationToken gone)
    {
        var offset = 0L;
        using var follower = new FeedFollower(feed, _heartbeatInterval, time, gone);
        while (true)
        {
            switch (feed.TryRead(ref offset, out _, out var frames))
            {
                case FeedRead.Frames:
                    yield return frames;
                    feed.MarkConsumed(offset);
                    break;
                case FeedRead.Nothing:
                    if (!await follower.WaitAsync(offset))
                    {
                        yield return null;
                    }

                    break;
                default:
                    yield break;
            }
        }
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>?> FollowAsync(string project, string id, EventPosition position, EventFeed? feed, [EnumeratorCancellation] CancellationToken gone)
    {
        var quietSince = time.GetTimestamp();
        var reachedAt = quietSince;
        var runsElsewhere = false;
        var hasJournal = false;
        var wasGiven = position == default;
        RunNews.Reader? reader = null;
        using var derived = _derived.Open(project, id);
        try
        {
            while (true)
            {
                feed ??= registry.FeedOf(project, id);
                if (feed is not null && position.Epoch <= feed.Epoch && feed.TryOpen(position.Epoch == feed.Epoch ? position.Number : 0, out var offset)
                    && (position.Epoch == feed.Epoch || feed.Epoch == 1 || await IsCaughtUpAsync(project, id, position, feed.Epoch, gone)))
                {
                    using var follower = new FeedFollower(feed, _heartbeatInterval, time, gone);
                    var state = FeedRead.Frames;
                    while (state is FeedRead.Frames or FeedRead.Nothing)
                    {
                        state = feed.TryRead(ref offset, out var lastNumber, out var frames);
                        if (state == FeedRead.Frames)
                        {
                            (position, wasGiven) = (new EventPosition(feed.Epoch, lastNumber), true);
                            yield return frames;
                        }
                        else if (state == FeedRead.Nothing && !await follower.WaitAsync(offset))
                        {
                            yield return null;
                        }
                    }

                    // Complete: either the run has ended, which the store knows, or another owner goes on. Dropped: the journal has it. The store was not
                    // asked for as long as the feed was followed, so that its silence counts from now.
                    quietSince = reachedAt = time.GetTimestamp();
                    (runsElsewhere, hasJournal) = (false, true);
                }

                feed = null; // of another owner, perhaps: the next one's is in the registry

                var told = reader?.Next;
                var look = await LookAsync(project, id, position, asksForStatus: !runsElsewhere || reader is not { MayHaveEnded: false }, hasJournal ? null : derived, reachedAt, gone);
                foreach (var batch in look?.Batches ?? [])
                {
                    var skip = batch.Epoch == position.Epoch ? Math.Max(0, position.Number - batch.FirstNumber + 1) : 0;
                    (position, wasGiven) = (new EventPosition(batch.Epoch, batch.LastNumber), true);
                    foreach (var piece in CompactJournal.Pieces(batch, skip))
                    {
                        yield return piece;
                    }

                    quietSince = time.GetTimestamp();
                }

                if (look is { Derived.IsEmpty: false })
                {
                    wasGiven = true;
                    yield return look.Derived;
                    reachedAt = time.GetTimestamp();
                    continue; // there may be more at hand
                }

                if (look is not null)
                {
                    reachedAt = time.GetTimestamp();
                    hasJournal |= look.GoesOn || look.Batches.Count > 0;
                    runsElsewhere = look.GoesOn;
                    if (look.Batches.Count > 0 && (!look.GoesOn || look.MayHaveMore || registry.FeedOf(project, id) is not null))
                    {
                        continue; // there may be more at hand
                    }

                    if (!look.GoesOn)
                    {
                        if (!wasGiven && await LastEventsAsync(project, id, position, gone) is { IsEmpty: false } last)
                        {
                            yield return last;
                        }

                        yield break; // deleted while it was read, or ended and told to the end
                    }
                }

                if (reader is null)
                {
                    reader = news.Follow(id);
                    continue; // once more, now that nothing is missed
                }

                // Nobody told: the row may know of an end that was not heard of.
                runsElsewhere &= await reader.WaitAsync(told ?? reader.Next, gone);
                if (time.GetElapsedTime(quietSince) >= _heartbeatInterval)
                {
                    quietSince = time.GetTimestamp();
                    yield return null;
                }
            }
        }
        finally
        {
            reader?.Dispose();
        }
    }

    /// <summary>What the store has behind a place. The status is read before the journal: what a run wrote before it ended is then never missed.</summary>
    /// <returns>Null while the store is out of reach, as during a failover.</returns>
    private async Task<StoredEvents?> LookAsync(string project, string id, EventPosition position, bool asksForStatus, DerivedReplays.Reader? derived, long reachedAt, CancellationToken gone)
    {
        try
        {
            var status = asksForStatus ? (await store.GetParentAsync(project, id, gone))?.Status : InteractionStatus.InProgress;
            if (status == InteractionStatus.Queued && await store.GetAsync(project, id, gone) is { Status: InteractionStatus.Queued } waiting)
            {
                var begun = DerivedEvents.OfQueued(waiting);
                return new StoredEvents(position.Number < begun.LastNumber ? [begun] : [], GoesOn: true);
            }

            var goesOn = status?.IsTerminal() == false;
            var batches = await journal.ReadAsync(project, id, position, PageSize, gone);
            var piece = batches.Count == 0 && status?.IsTerminal() == true && derived is not null ? await derived.NextAsync(position.Number, gone) : default;
            return new StoredEvents(batches, goesOn) { Derived = piece };
        }
        catch (StoreUnavailableException) when (time.GetElapsedTime(reachedAt) < StorePatience)
        {
            return null;
        }
    }

    /// <summary>True when the journal has nothing of earlier epochs behind the place, so that the feed follows directly.</summary>
    private async Task<bool> IsCaughtUpAsync(string project, string id, EventPosition position, long feedEpoch, CancellationToken gone)
    {
        var next = await journal.ReadAsync(project, id, position, 1, gone);
        return next.Count == 0 || next[0].Epoch >= feedEpoch;
    }

    /// <summary>
    /// The end of a run for a reader who stands behind it: his place could not be told from one that an owner gave as long as there was one, and was none. He
    /// is told at least how it ended.
    /// </summary>
    private async Task<ReadOnlyMemory<byte>> LastEventsAsync(string project, string id, EventPosition position, CancellationToken gone)
    {
        if ((await journal.ReadAsync(project, id, Before(position), 1, gone)).Count > 0)
        {
            return default; // he has the last event
        }

        JournalBatch? end = null;
        var place = position with { Number = 0 };
        while (await journal.ReadAsync(project, id, place, 1, gone) is [var next])
        {
            (end, place) = (next, new EventPosition(next.Epoch, next.LastNumber));
        }

        if (end is null)
        {
            return default; // deleted
        }

        var frames = CompactJournal.Frames(end);
        var events = EventFrame.ReadAll(frames).ToList();
        var count = events is [.., ErrorEvent, _] ? 2 : 1;
        return frames[EventFrame.SkipFrames(frames.Span, events.Count - count)..];
    }

    private sealed record StoredEvents(IReadOnlyList<JournalBatch> Batches, bool GoesOn)
    {
        /// <summary>A piece of what follows from the steps, where there is no journal.</summary>
        public ReadOnlyMemory<byte> Derived { get; init; }

        /// <summary>Whether the read ended with its bounds, and not with what there was.</summary>
        public bool MayHaveMore { get; } = Batches.Count >= PageSize || Batches.Sum(b => (long)b.Frames.Length) >= IEventJournal.ReadBytes;
    }
}

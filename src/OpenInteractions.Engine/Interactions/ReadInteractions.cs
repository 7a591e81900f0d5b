using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Reads an interaction, or opens its events.</summary>
public sealed class GetInteraction(IInteractionStore store, EventStreams streams)
{
    /// <summary>The interaction as it stands; never waits (behaviour BG-2).</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>.</exception>
    public async Task<StoredInteraction> ExecuteAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(caller.Project, id, cancellationToken) ?? throw NotFound(id);

    /// <summary>The first interaction of the chain that it stands in; its content is not read.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>.</exception>
    public async Task<string> FindRootAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        (await store.GetParentAsync(caller.Project, id, cancellationToken) ?? throw NotFound(id)).RootId;

    /// <summary>The events of the interaction behind <paramref name="lastEventId"/>, to its end (behaviour BG-5 to BG-7).</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.NotFound"/>, or <see cref="ErrorCode.InvalidRequest"/> for an unknown event id.</exception>
    public async Task<EventStream> StreamAsync(Caller caller, string id, string? lastEventId, CancellationToken cancellationToken)
    {
        if (lastEventId is null)
        {
            _ = await store.GetParentAsync(caller.Project, id, cancellationToken) ?? throw NotFound(id); // without its content, which may be long
            return streams.Follow(caller.Project, id, feed: null);
        }

        var interaction = await ExecuteAsync(caller, id, cancellationToken);
        if (!EventPosition.TryParse(lastEventId, out var after))
        {
            throw new ApiException(ErrorCode.InvalidRequest, "Unknown 'last_event_id': use the 'event_id' of an event that you received, or leave it out for all events.", "last_event_id");
        }

        return await streams.OpenAsync(interaction, after, cancellationToken);
    }

    internal static ApiException NotFound(string id) =>
        new(ErrorCode.NotFound, $"There is no interaction '{Excerpt.Of(id)}': it was never there, was not stored, was deleted, or has expired.");
}

using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage;

/// <summary>A page of a list while its rows are read: where it ends is decided here for both engines.</summary>
/// <param name="limit">How many at most.</param>
/// <param name="createdAfter">What is older ends the list; null when nothing is.</param>
internal sealed class PageOfRows(int limit, DateTimeOffset? createdAfter)
{
    private readonly List<StoredInteraction> _interactions = [];
    private long _bytes;
    private bool _isPast;

    /// <summary>Takes the next one.</summary>
    /// <returns>False when no further one is wanted.</returns>
    public bool Add(StoredInteraction interaction)
    {
        _isPast = interaction.Created < createdAfter;
        if (_isPast)
        {
            return false;
        }

        _interactions.Add(interaction);
        _bytes += interaction.Settings.Length + interaction.Usage.Length + interaction.Errors.Length + interaction.PendingCalls.Length;
        return _bytes < InteractionPage.MostBytes;
    }

    /// <param name="edge">Where looking has ended, or null when everything was looked at.</param>
    public InteractionPage End(string? edge) => new(_interactions, this switch
    {
        { _isPast: true } => null,
        _ when _interactions.Count >= limit => null,
        { _bytes: >= InteractionPage.MostBytes } => _interactions[^1].Id,
        _ => edge,
    });
}

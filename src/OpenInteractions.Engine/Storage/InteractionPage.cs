using System.Collections;

namespace OpenInteractions.Engine.Storage;

/// <summary>
/// A page of a list. A filter that hardly anything passes must not read a whole project for one page: after <see cref="MostLookedAt"/> interactions the page ends,
/// perhaps with nothing on it, and says where the next one begins. So it does when what is on it reaches <see cref="MostBytes"/>: a page is held in memory as a
/// whole, and a single interaction may have megabytes of instructions, tools and schemas.
/// </summary>
/// <param name="interactions">What is on it, newest first.</param>
/// <param name="lookedThrough">As <see cref="LookedThrough"/>.</param>
public sealed class InteractionPage(IReadOnlyList<StoredInteraction> interactions, string? lookedThrough) : IReadOnlyList<StoredInteraction>
{
    /// <summary>How many interactions are looked at for a page: some milliseconds of work.</summary>
    public const int MostLookedAt = 10_000;

    /// <summary>The interaction with which a page reaches so many bytes is the last one on it.</summary>
    public const long MostBytes = 8 * 1024 * 1024;

    /// <summary>Where looking has ended although there may be more behind it; null when the page is full, or there is nothing more.</summary>
    public string? LookedThrough => lookedThrough;

    /// <inheritdoc/>
    public int Count => interactions.Count;

    /// <inheritdoc/>
    public StoredInteraction this[int index] => interactions[index];

    /// <inheritdoc/>
    public IEnumerator<StoredInteraction> GetEnumerator() => interactions.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

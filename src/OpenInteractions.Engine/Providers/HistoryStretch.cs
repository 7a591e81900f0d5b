namespace OpenInteractions.Engine.Providers;

/// <summary>
/// So many settled turns at a time of a long conversation, whose form an adapter keeps as one: a call that stands behind a thousand turns then looks at
/// thirty things and not at each turn (design 9: CPU per turn of a chain). What stands before a settled turn never changes, so its form is kept
/// with the last turn of the stretch.
/// </summary>
/// <param name="turns">The conversation, oldest first.</param>
/// <param name="first">The place of the stretch's first turn.</param>
public readonly struct HistoryStretch(IReadOnlyList<HistoryTurn> turns, int first)
{
    /// <summary>Turns of a stretch.</summary>
    public const int Length = 32;

    /// <summary>The place of its first turn in the conversation.</summary>
    public int First => first;

    /// <summary>A turn of the stretch.</summary>
    /// <param name="offset">Its place in the stretch, from 0 to <see cref="Length"/> - 1.</param>
    public HistoryTurn this[int offset] => turns[first + offset];

    /// <summary>Its turns, oldest first.</summary>
    public IEnumerable<HistoryTurn> Turns
    {
        get
        {
            for (var offset = 0; offset < Length; offset++)
            {
                yield return this[offset];
            }
        }
    }

    /// <summary>How many of the first turns of a conversation make whole stretches of settled turns.</summary>
    /// <param name="turns">The conversation, oldest first.</param>
    /// <param name="count">How many of its first turns come into question.</param>
    public static int WholeIn(IReadOnlyList<HistoryTurn> turns, int count)
    {
        // Only the turn that is being made is open, and it is the last.
        var settled = count > 0 && !turns[count - 1].IsSettled ? count - 1 : count;
        return settled - (settled % Length);
    }

    /// <summary>What an adapter made of the stretch, made anew when it is not kept.</summary>
    /// <typeparam name="T">The adapter's own form.</typeparam>
    /// <param name="key">Everything that the form depends on besides the turns. Compared by value; never the key of a form of a single turn.</param>
    /// <param name="render">Makes the form.</param>
    /// <param name="size">Its size in bytes.</param>
    public T Rendered<T>(object key, Func<HistoryStretch, T> render, Func<T, long> size)
        where T : class
    {
        var stretch = this;
        return this[Length - 1].Rendered(key, _ => render(stretch), size);
    }
}

using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Ends text at the first stop sequence where the upstream does not do it. Text that may be the beginning of a stop sequence is held back
/// until the next piece decides.
/// </summary>
internal sealed class StopSequenceCutter(IReadOnlyList<string> sequences)
{
    private readonly StringBuilder _held = new();

    /// <summary>True once a stop sequence came: everything after it is dropped.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>The part of the text so far that may go out now.</summary>
    public string Push(string piece)
    {
        if (HasStopped)
        {
            return "";
        }

        if (sequences.Count == 0)
        {
            return piece;
        }

        _held.Append(piece);
        var text = _held.ToString();
        var end = sequences.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        HasStopped = end >= 0;
        var safe = HasStopped ? end : text.Length - HeldLength(text);
        _held.Clear().Append(text, safe, HasStopped ? 0 : text.Length - safe);
        return text[..safe];
    }

    /// <summary>What was held back and turned out to be no stop sequence, at the end of the text.</summary>
    public string Flush()
    {
        var rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    private int HeldLength(string text)
    {
        for (var length = Math.Min(text.Length, sequences.Max(s => s.Length) - 1); length > 0; length--)
        {
            if (sequences.Any(s => s.Length > length && s.AsSpan(0, length).SequenceEqual(text.AsSpan(text.Length - length))))
            {
                return length;
            }
        }

        return 0;
    }
}

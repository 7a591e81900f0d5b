namespace OpenInteractions.Providers.Demo;

/// <summary>Passes text on until a stop sequence begins, also when it is spread over several pieces.</summary>
internal sealed class StopSequenceFilter(IReadOnlyList<string>? sequences)
{
    private readonly string[] _sequences = [.. (sequences ?? []).Where(s => s.Length > 0)];
    private string _held = "";

    /// <summary>True when a sequence has come: nothing more is to be passed.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>What of <paramref name="piece"/> and of what was held back may be passed now.</summary>
    public string Pass(string piece)
    {
        if (_sequences.Length == 0)
        {
            return piece;
        }

        var text = _held + piece;
        var stop = _sequences.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        if (stop >= 0)
        {
            HasStopped = true;
            _held = "";
            return text[..stop];
        }

        // The end of the text may be the beginning of a sequence: as much as could be is held back.
        var hold = Enumerable.Range(1, text.Length).Where(n => _sequences.Any(s => s.Length > n && s.AsSpan(0, n).SequenceEqual(text.AsSpan(text.Length - n)))).DefaultIfEmpty(0).Max();
        _held = text[(text.Length - hold)..];
        return text[..(text.Length - hold)];
    }

    /// <summary>What was held back and turned out to be text.</summary>
    public string Rest() => _held;
}

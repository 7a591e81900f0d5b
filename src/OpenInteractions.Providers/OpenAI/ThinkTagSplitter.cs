namespace OpenInteractions.Providers.OpenAI;

/// <summary>Separates reasoning that a local model writes between tags at the beginning of its text.</summary>
internal sealed class ThinkTagSplitter
{
    private const string Open = "<think>";
    private const string Close = "</think>";

    private string _held = "";
    private Place _place = Place.Before;

    private enum Place
    {
        Before,
        Inside,
        After,
    }

    /// <summary>What of the text so far is reasoning and what is answer.</summary>
    public (string Reasoning, string Answer) Push(string piece)
    {
        if (_place == Place.After)
        {
            return ("", piece);
        }

        _held += piece;
        if (_place == Place.Before)
        {
            var start = _held.TrimStart();
            if (start.Length < Open.Length && Open.StartsWith(start, StringComparison.Ordinal))
            {
                return ("", ""); // it may still become the tag
            }

            if (!start.StartsWith(Open, StringComparison.Ordinal))
            {
                return ("", TakeAll(Place.After));
            }

            _held = start[Open.Length..];
            _place = Place.Inside;
        }

        var end = _held.IndexOf(Close, StringComparison.Ordinal);
        if (end >= 0)
        {
            var reasoning = _held[..end];
            var answer = _held[(end + Close.Length)..].TrimStart('\n');
            _held = "";
            _place = Place.After;
            return (reasoning, answer);
        }

        var keep = Enumerable.Range(1, Math.Min(Close.Length - 1, _held.Length)).LastOrDefault(n => Close.StartsWith(_held[^n..], StringComparison.Ordinal));
        var safe = _held[..^keep];
        _held = _held[^keep..];
        return (safe, "");
    }

    /// <summary>What was held back at the end of the text.</summary>
    public (string Reasoning, string Answer) Flush()
    {
        var place = _place;
        var rest = TakeAll(place);
        return place == Place.Inside ? (rest, "") : ("", rest);
    }

    private string TakeAll(Place next)
    {
        var all = _held;
        _held = "";
        _place = next;
        return all;
    }
}

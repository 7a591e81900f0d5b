using System.Text;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>
/// Puts the parts of a document together into pieces. A piece takes what fits, and ends at the best place in its second half: before a heading, else at a
/// paragraph, a line, a sentence. The next one begins with the end of it, except below a heading, and says in front which headings it stands under.
/// </summary>
internal sealed class Pieces
{
    // What stands in front of a piece must not crowd it out.
    private const int ContextShare = 4;

    private readonly int _most;
    private readonly int _overlap;
    private readonly IReadOnlyList<TextPart> _parts;
    private readonly Dictionary<string, (string Text, int Tokens)> _contexts = new(StringComparer.Ordinal);

    private Pieces(IReadOnlyList<TextPart> parts, int most, int overlap) => (_parts, _most, _overlap) = (parts, most, overlap);

    public static IReadOnlyList<NewChunk> Of(TextForm form, IReadOnlyList<DocumentPage> pages, Chunking chunking, CancellationToken cancellationToken)
    {
        var most = Math.Max(1, chunking.MaxTokens);
        var overlap = Math.Clamp(chunking.Overlap, 0, most - 1);
        var longest = Math.Max(1, Math.Min(most / ContextShare, overlap == 0 ? most : overlap / 2));
        var parts = new TextParts(form, longest).Read(pages, cancellationToken);
        return new Pieces(parts, most, overlap).Cut(cancellationToken);
    }

    private List<NewChunk> Cut(CancellationToken cancellationToken)
    {
        var pieces = new List<NewChunk>();
        for (var start = 0; start < _parts.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fits = Fill(start);
            var end = fits == _parts.Count ? fits : BestCut(start, fits);
            pieces.Add(new NewChunk(TextOf(start, end), _parts[start].Page));
            start = end == _parts.Count ? end : Back(start, end);
        }

        return pieces;
    }

    /// <summary>How far a piece may go that begins at a part. It takes at least that one.</summary>
    private int Fill(int start)
    {
        var left = _most - ContextOf(start).Tokens - _parts[start].Tokens;
        var end = start + 1;
        while (end < _parts.Count && _parts[end].Tokens <= left)
        {
            left -= _parts[end++].Tokens;
        }

        return end;
    }

    private int BestCut(int start, int fits)
    {
        var total = 0;
        for (var i = start; i < fits; i++)
        {
            total += _parts[i].Tokens;
        }

        var best = fits;
        var behind = 0;
        for (var i = fits; i > start && (total - behind) * 2 >= total; i--)
        {
            if (_parts[i].Before > _parts[best].Before)
            {
                best = i;
            }

            behind += _parts[i - 1].Tokens;
        }

        return best;
    }

    /// <summary>Where the next piece begins: so far before the end as may be repeated, at a sentence when there is one.</summary>
    private int Back(int start, int end)
    {
        if (_overlap == 0 || _parts[end].Before == CutQuality.Heading)
        {
            return end;
        }

        var (from, tokens) = (end, 0);
        while (from - 1 > start && tokens + _parts[from - 1].Tokens <= _overlap)
        {
            tokens += _parts[--from].Tokens;
        }

        for (var i = from; i < end; i++)
        {
            if (_parts[i].Before >= CutQuality.Sentence)
            {
                from = i;
                break;
            }
        }

        // It has to bring something new.
        while (from < end && Fill(from) <= end)
        {
            from++;
        }

        return from;
    }

    private string TextOf(int start, int end)
    {
        var text = new StringBuilder(ContextOf(start).Text);
        for (var i = start; i < end; i++)
        {
            text.Append(_parts[i].Text);
        }

        return text.ToString().TrimEnd();
    }

    private (string Text, int Tokens) ContextOf(int part)
    {
        if (_parts[part].Context is not { } context)
        {
            return ("", 0);
        }

        if (!_contexts.TryGetValue(context, out var made))
        {
            var most = _most / ContextShare;
            var text = context;
            while (Tokens.Count(text) > most && text.IndexOf(" > ", StringComparison.Ordinal) is > 0 and var inner)
            {
                text = text[(inner + 3)..]; // the nearest say most
            }

            text = text[..Tokens.Skip(text, most)].TrimEnd();
            _contexts.Add(context, made = text.Length == 0 ? ("", 0) : (text + "\n\n", Tokens.Count(text)));
        }

        return made;
    }
}

using System.Text;

namespace OpenInteractions.Engine.Citations;

/// <summary>
/// Takes the marks out of one block of text while it comes, however it is cut into pieces, and gives citations in their place. What may become a mark is held back;
/// white space before a mark goes with it, unless a word follows at once.
/// </summary>
internal sealed class CitedText(KnownSources known)
{
    private readonly StatementRange _range = new();
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _held = new(); // white space, then perhaps a bracket that is not closed
    private readonly List<(long At, long Removed)> _cuts = [];
    private int _bracket = -1; // where it begins in what is held
    private bool _isAfterMark; // what is held stood before the mark
    private long _removed;

    /// <summary>A piece of the text.</summary>
    /// <param name="text">The piece.</param>
    /// <param name="made">Takes what it becomes.</param>
    public void Add(string text, List<StepDelta> made)
    {
        foreach (var c in text)
        {
            Add(c, made);
        }

        Flush(made, isWhole: false);
    }

    /// <summary>The block is complete: what was held back is text.</summary>
    public void End(List<StepDelta> made)
    {
        if (_bracket < 0)
        {
            DropBeforeMark();
        }

        Release();
        Flush(made, isWhole: true);
    }

    /// <summary>Annotations that the upstream gave over its own text, over ours.</summary>
    public IReadOnlyList<Annotation> Move(IReadOnlyList<Annotation> annotations) => _cuts.Count == 0
        ? annotations
        : [.. annotations.Select(a => a with { StartIndex = Move(a.StartIndex), EndIndex = Move(a.EndIndex) })];

    private void Add(char c, List<StepDelta> made)
    {
        if (_bracket >= 0)
        {
            if (c == ']')
            {
                EndBracket(made);
                return;
            }

            if (CitationMark.MayContain(c) && _held.Length - _bracket < CitationMark.LongestBracket)
            {
                _held.Append(c);
                return;
            }

            ReleaseBracket();
        }

        if (char.IsWhiteSpace(c))
        {
            DropBeforeMark(); // this one separates
            _held.Append(c);
        }
        else if (c == '[')
        {
            _bracket = _held.Length;
            _held.Append(c);
        }
        else
        {
            if (char.IsPunctuation(c))
            {
                DropBeforeMark();
            }

            Release();
            _out.Append(c);
        }
    }

    private void EndBracket(List<StepDelta> made)
    {
        var inner = _held.ToString(_bracket + 1, _held.Length - _bracket - 1);
        if (known.Find(inner) is not { } cited)
        {
            _held.Append(']');
            Release();
            return;
        }

        Flush(made, isWhole: true); // a citation comes behind what it is on
        if (cited.Count > 0)
        {
            var (start, end) = _range.Take();
            made.Add(new TextAnnotationDelta { Annotations = [.. cited.Select(a => a with { StartIndex = (int)start, EndIndex = (int)end })] });
        }

        _held.Length = _bracket;
        Cut(inner.Length + 2); // all of it is ASCII
        (_bracket, _isAfterMark) = (-1, true);
    }

    /// <summary>It was no mark. White space at its end may stand before one.</summary>
    private void ReleaseBracket()
    {
        var text = _held.ToString();
        var kept = text.TrimEnd(' ');
        _held.Length = kept.Length;
        Release();
        _held.Append(text.AsSpan(kept.Length));
    }

    private void DropBeforeMark()
    {
        if (_isAfterMark)
        {
            Cut(Encoding.UTF8.GetByteCount(_held.ToString()));
            _held.Clear();
            _isAfterMark = false;
        }
    }

    private void Release()
    {
        _out.Append(_held);
        _held.Clear();
        (_bracket, _isAfterMark) = (-1, false);
    }

    /// <param name="made">Takes the text that is ready.</param>
    /// <param name="isWhole">False when more may follow: half of a character then waits for the other half.</param>
    private void Flush(List<StepDelta> made, bool isWhole)
    {
        var length = !isWhole && _out.Length > 0 && char.IsHighSurrogate(_out[^1]) ? _out.Length - 1 : _out.Length;
        if (length > 0)
        {
            var text = _out.ToString(0, length);
            _out.Remove(0, length);
            _range.Add(text);
            made.Add(new TextDelta { Text = text });
        }
    }

    private void Cut(int bytes)
    {
        if (bytes > 0)
        {
            _cuts.Add((_range.Length + Encoding.UTF8.GetByteCount(_out.ToString()) + _removed, bytes));
            _removed += bytes;
        }
    }

    private int? Move(int? index) => index is not { } at ? null : (int)(at - _cuts.Where(c => c.At < at).Sum(c => Math.Min(c.Removed, at - c.At)));
}

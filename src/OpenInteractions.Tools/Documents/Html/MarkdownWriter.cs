using System.Text;

namespace OpenInteractions.Tools.Documents.Html;

/// <summary>Writes Markdown piece by piece: white space is joined as browsers do, and lines inside lists and quotes get what stands before them.</summary>
/// <param name="most">Most characters, about; what comes behind them is left out.</param>
internal sealed class MarkdownWriter(int most)
{
    // Deeper lists and quotes are not indented further: what stands before each line would grow without end.
    private const int MaxPrefixes = 16;

    private readonly StringBuilder _out = new();
    private readonly List<string> _prefixes = [];
    private readonly List<string> _opening = [];
    private int _ignoredPrefixes;
    private string? _marker;
    private int _breaks;
    private bool _isAtStart = true;
    private bool _hasSpace;
    private bool _hasEmptyLine;

    /// <summary>How many characters there is room for.</summary>
    public int Room => Math.Max(0, most - _out.Length);

    /// <summary>True when nothing more is taken.</summary>
    public bool IsFull => _out.Length >= most;

    /// <summary>Text in which white space only separates.</summary>
    public void Text(ReadOnlySpan<char> text)
    {
        while (text.Length > 0 && !IsFull)
        {
            var length = text.IndexOfAny(" \t\r\n\f");
            var word = length < 0 ? text : text[..length];
            if (word.Length > 0)
            {
                Begin();
                _out.Append(word[..Math.Min(word.Length, Room)]);
            }

            if (length < 0)
            {
                return;
            }

            _hasSpace |= !_isAtStart;
            text = text[(length + 1)..];
        }
    }

    /// <summary>Text that is written as it is, on the line that is open.</summary>
    public void Raw(string text)
    {
        if (text.Length > 0 && !IsFull)
        {
            Begin();
            _out.Append(text.AsSpan(0, Math.Min(text.Length, Room)));
        }
    }

    /// <summary>A mark that stands directly before the next word.</summary>
    public void Open(string mark) => _opening.Add(mark);

    /// <summary>The mark's counterpart, directly behind the last word; both are left out when there was none between them.</summary>
    public void Close(string mark)
    {
        if (_opening.Count > 0)
        {
            _opening.RemoveAt(_opening.Count - 1);
            return;
        }

        _out.Append(mark.AsSpan(0, Math.Min(mark.Length, Room)));
    }

    /// <summary>What follows stands on a new line, behind an empty one when it is a block.</summary>
    public void Break(bool isBlock)
    {
        _hasSpace = false;
        if (_out.Length > 0)
        {
            _breaks = Math.Max(_breaks, isBlock && !_hasEmptyLine ? 2 : 1);
        }

        _isAtStart = true;
    }

    /// <summary>From here on all lines have this before them.</summary>
    /// <param name="prefix">Before each line.</param>
    /// <param name="marker">Before the first line instead.</param>
    public void Push(string prefix, string? marker = null)
    {
        if (_prefixes.Count >= MaxPrefixes)
        {
            _ignoredPrefixes++;
            return;
        }

        if (_marker is not null)
        {
            Begin();
            Break(isBlock: false);
        }

        if (_breaks > 1)
        {
            EndLine(); // the empty line still belongs to what is around
            WritePrefixes(withMarker: false);
            (_breaks, _hasEmptyLine) = (1, true);
        }

        _prefixes.Add(prefix);
        _marker = marker;
    }

    public void Pop()
    {
        if (_ignoredPrefixes > 0)
        {
            _ignoredPrefixes--;
            return;
        }

        _marker = null; // of an item without text
        _prefixes.RemoveAt(_prefixes.Count - 1);
    }

    /// <summary>Lines that are kept as they are.</summary>
    public void Lines(string text)
    {
        foreach (var range in text.AsSpan().Split('\n'))
        {
            if (IsFull)
            {
                return;
            }

            var line = text.AsSpan(range);
            Break(isBlock: false);
            Begin();
            _out.Append(line[..Math.Min(line.Length, Room)]);
        }

        Break(isBlock: false);
    }

    public override string ToString() => _out.ToString().Trim();

    private void Begin()
    {
        if (_isAtStart)
        {
            StartLine();
        }
        else if (_hasSpace)
        {
            _out.Append(' ');
        }

        (_isAtStart, _hasSpace, _hasEmptyLine) = (false, false, false);
        foreach (var mark in _opening)
        {
            _out.Append(mark);
        }

        _opening.Clear();
    }

    private void StartLine()
    {
        // What is full has no more line ends either.
        if (IsFull)
        {
            return;
        }

        for (; _breaks > 0; _breaks--)
        {
            EndLine();
            if (_breaks > 1)
            {
                WritePrefixes(withMarker: false);
            }
        }

        WritePrefixes(withMarker: true);
        _marker = null;
    }

    private void WritePrefixes(bool withMarker)
    {
        for (var i = 0; i < _prefixes.Count; i++)
        {
            if (i < _prefixes.Count - 1 || _marker is null)
            {
                _out.Append(_prefixes[i]);
            }
            else if (withMarker)
            {
                _out.Append(_marker);
            }
        }
    }

    private void EndLine()
    {
        while (_out.Length > 0 && _out[^1] == ' ')
        {
            _out.Length--;
        }

        _out.Append('\n');
    }
}

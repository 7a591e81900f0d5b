using System.Globalization;
using System.Text;

namespace OpenInteractions.Engine.Citations;

/// <summary>
/// Finds the statement that ends where a mark stands, in UTF-8 bytes (behaviour TL-13): from the end of the statement before, whether that ended with a
/// full stop, with a line or with a mark. White space around it, and the sign of a list before it, do not belong to it.
/// </summary>
internal sealed class StatementRange
{
    private readonly StringBuilder _first = new(); // of a statement so far: a few characters, to know the sign of a list
    private long _at;
    private long _start = -1;
    private long _end;
    private bool _hasWord;
    private bool _hasStop; // it may have ended: white space behind it will tell
    private bool _hasWideStop; // it has ended, unless a bracket closes
    private bool _isPaused;
    private (long Start, long End)? _last;

    /// <summary>How many bytes there are so far.</summary>
    public long Length => _at;

    /// <summary>More of the text.</summary>
    public void Add(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Add(rune);
            _at += rune.Utf8SequenceLength;
        }
    }

    /// <summary>The range of the statement that a mark at this place ends. With nothing before it, an empty one at this place.</summary>
    public (long Start, long End) Take()
    {
        if (_start >= 0 && _hasWord)
        {
            _last = (_start, _end);
            Forget();
        }

        return _last ?? (_at, _at);
    }

    private void Add(Rune rune)
    {
        if (rune.Value is '\n' or '\r')
        {
            End();
            return;
        }

        if (Rune.IsWhiteSpace(rune))
        {
            if (_start >= 0 && IsListSign())
            {
                Forget();
            }

            _isPaused |= _hasStop;
            return;
        }

        // A small letter behind a full stop goes on: "approx. five". Other scripts need no space behind theirs.
        var category = Rune.GetUnicodeCategory(rune);
        if (_isPaused && category != UnicodeCategory.LowercaseLetter)
        {
            End();
        }
        else if (_hasWideStop && !IsCloser(rune, category) && !IsStop(rune))
        {
            End();
        }

        _isPaused = false;
        if (_start < 0)
        {
            if (IsStop(rune) || rune.Value is ',' or ';' or ':' or '、' or '，' or '；' or '：' || category is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation)
            {
                return; // belongs to the statement before
            }

            _start = _at;
        }

        _hasWord |= Rune.IsLetterOrDigit(rune) || category is UnicodeCategory.OtherSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.MathSymbol;
        _hasStop = IsStop(rune) || (_hasStop && IsCloser(rune, category));
        _hasWideStop = IsWideStop(rune) || (_hasWideStop && IsCloser(rune, category));
        if (category is not (UnicodeCategory.OpenPunctuation or UnicodeCategory.InitialQuotePunctuation))
        {
            _end = _at + rune.Utf8SequenceLength; // what only opens belongs to what follows
        }

        if (_first.Length < 8)
        {
            _first.Append(rune.ToString());
        }
    }

    private void End()
    {
        if (_start >= 0 && _hasWord)
        {
            _last = (_start, _end);
        }

        Forget();
    }

    private void Forget()
    {
        (_start, _hasWord, _hasStop, _hasWideStop, _isPaused) = (-1, false, false, false, false);
        _first.Clear();
    }

    private bool IsListSign()
    {
        var first = _first.ToString();
        return first is "-" or "*" or "+" or "•" or "–" or "|" or ">" || first.All(c => c == '#')
            || (first.Length is > 1 and < 5 && first[^1] is '.' or ')' && first[..^1].All(char.IsAsciiDigit));
    }

    private static bool IsStop(Rune rune) => rune.Value is '.' or '!' or '?' or '…' || IsWideStop(rune);

    private static bool IsWideStop(Rune rune) => rune.Value is '。' or '！' or '？' or '．' or '｡';

    private static bool IsCloser(Rune rune, UnicodeCategory category) =>
        rune.Value is '"' or '\'' or '*' or '_' || category is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation;
}

using System.Globalization;
using System.Text;

namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>Takes a document apart into sentences and lines, each with the headings above it.</summary>
/// <param name="form">What its lines are.</param>
/// <param name="most">Most tokens of a part.</param>
internal sealed class TextParts(TextForm form, int most)
{
    private readonly List<TextPart> _parts = [];
    private readonly Headings _headings = new();
    private readonly StringBuilder _block = new();
    private CutQuality _before = CutQuality.Paragraph;
    private string? _columns;
    private bool _isFenced;
    private int? _page;

    public IReadOnlyList<TextPart> Read(IReadOnlyList<DocumentPage> pages, CancellationToken cancellationToken)
    {
        foreach (var page in pages)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_parts.Count > 0)
            {
                // A sentence may go on over the page.
                _before = EndsSentence(_parts[^1].Text) ? CutQuality.Paragraph : CutQuality.Word;
                _parts[^1] = _parts[^1] with { Text = _parts[^1].Text.TrimEnd() + "\n" };
            }

            _page = page.Number;
            Read(page.Text);
        }

        return _parts;
    }

    private void Read(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
            if (form is TextForm.Lines or TextForm.Rows || _isFenced)
            {
                Line(line);
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                EndBlock();
                Gap();
            }
            else if (form == TextForm.Markdown && Headings.LevelOf(line.TrimStart()) is > 0 and var level)
            {
                Heading(level, line, line.Trim().TrimStart('#').TrimEnd('#'));
            }
            else if (_block.Length == 0 && i + 1 < lines.Length && Headings.LevelOfUnderline(lines[i + 1], line) is > 0 and var under && (i + 2 == lines.Length || string.IsNullOrWhiteSpace(lines[i + 2])))
            {
                Heading(under, $"{line}\n{lines[++i]}", line);
            }
            else if (IsFence(line))
            {
                EndBlock();
                Line(line);
            }
            else
            {
                if (IsItem(line.AsSpan().TrimStart()))
                {
                    EndBlock();
                    _before = Max(_before, CutQuality.Line);
                }

                _block.Append(line).Append('\n');
            }
        }

        EndBlock();
    }

    private void Heading(int level, string lines, string text)
    {
        EndBlock();
        _headings.Enter(level, text.Trim().Trim('*', '_', '`'));
        _before = CutQuality.Heading;
        Add(lines.Trim() + "\n");
        _headings.Close();
        _before = CutQuality.BelowHeading;
    }

    private void Line(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            Gap();
            return;
        }

        _before = Max(_before, CutQuality.Line);
        Add(line + "\n");
        if (form == TextForm.Rows)
        {
            _columns ??= line.Trim();
        }
        else if (form != TextForm.Lines && IsFence(line))
        {
            _isFenced = !_isFenced;
        }
    }

    private void Gap()
    {
        if (_parts.Count == 0)
        {
            return;
        }

        _before = _before == CutQuality.BelowHeading ? _before : Max(_before, CutQuality.Paragraph);
        if (!_parts[^1].Text.EndsWith("\n\n", StringComparison.Ordinal))
        {
            _parts[^1] = _parts[^1] with { Text = _parts[^1].Text.TrimEnd() + "\n\n" };
        }
    }

    /// <summary>What stood between two gaps, as sentences.</summary>
    private void EndBlock()
    {
        var block = _block.ToString();
        _block.Clear();
        for (var start = 0; start < block.Length;)
        {
            var end = Sentences.EndOf(block, start);
            Add(block[start..end]);
            start = end;
        }
    }

    /// <summary>One sentence or line, which may be too long for a part.</summary>
    private void Add(string text)
    {
        var context = _columns ?? _headings.Path;
        for (var rest = text.AsSpan(); !rest.IsWhiteSpace();)
        {
            var end = Tokens.Skip(rest, most);
            var part = rest[..end];
            _parts.Add(new TextPart(part.ToString(), Tokens.Count(part), _before, context, _page));
            _before = CutQuality.Word;
            rest = rest[end..];
        }

        _before = CutQuality.Sentence;
    }

    private static bool IsFence(string line) => line.AsSpan().TrimStart() is var start && (start.StartsWith("```") || start.StartsWith("~~~"));

    private static bool IsItem(ReadOnlySpan<char> line)
    {
        if (line.Length > 1 && line[0] is '-' or '*' or '+' or '•' or '|' && (line[1] == ' ' || line[0] == '|'))
        {
            return true;
        }

        var digits = 0;
        while (digits < line.Length && digits < 4 && char.IsAsciiDigit(line[digits]))
        {
            digits++;
        }

        return digits is > 0 and < 4 && line.Length > digits + 1 && line[digits] is '.' or ')' && line[digits + 1] == ' ';
    }

    private static bool EndsSentence(string text)
    {
        var end = text.AsSpan().TrimEnd();
        return end.Length == 0 || char.GetUnicodeCategory(end[^1]) is UnicodeCategory.OtherPunctuation or UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation && end[^1] is not (',' or '、' or '，' or ':' or ';');
    }

    private static CutQuality Max(CutQuality one, CutQuality other) => one > other ? one : other;
}

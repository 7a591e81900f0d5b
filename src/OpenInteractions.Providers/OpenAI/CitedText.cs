using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// The text of a block as far as citations need it: their positions count characters, ours UTF-8 bytes. As long as the text is ASCII the two are the
/// same and nothing of it is kept.
/// </summary>
internal sealed class CitedText
{
    private StringBuilder? _rest;
    private int _ascii;

    /// <summary>UTF-16 code units so far.</summary>
    public int Length => _ascii + (_rest?.Length ?? 0);

    public void Append(string text)
    {
        if (_rest is null && Ascii.IsValid(text))
        {
            _ascii += text.Length;
        }
        else
        {
            (_rest ??= new StringBuilder()).Append(text);
        }
    }

    public void Clear() => (_rest, _ascii) = (null, 0);

    /// <summary>The bytes before a position.</summary>
    /// <param name="partStart">Where the part begins that the position counts from, in code units.</param>
    /// <param name="characters">The position, in characters (code points). One behind the end stands for the end.</param>
    public int BytesBefore(int partStart, int characters)
    {
        var bytes = Math.Min(partStart, _ascii);
        var plain = Math.Clamp(characters, 0, _ascii - bytes);
        bytes += plain;
        if (_rest is null)
        {
            return bytes;
        }

        var rest = _rest.ToString().AsSpan();
        var before = Math.Clamp(partStart - _ascii, 0, rest.Length);
        bytes += Encoding.UTF8.GetByteCount(rest[..before]);
        var left = characters - plain;
        foreach (var rune in rest[before..].EnumerateRunes())
        {
            if (left-- <= 0)
            {
                break;
            }

            bytes += rune.Utf8SequenceLength;
        }

        return bytes;
    }
}

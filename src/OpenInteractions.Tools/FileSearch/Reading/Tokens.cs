using System.Globalization;
using System.Text;

namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>
/// Counts what stands between white space (wire 22: <c>whiteSpaceConfig</c>). Scripts that write without spaces would be one endless token: there a
/// character of Chinese or Japanese counts as one, and so do four of Thai and its like. Of anything else thirty-two do, such as of encoded data.
/// </summary>
internal static class Tokens
{
    private const int LongestWord = 32;
    private const int LongestRun = 4;

    private enum Script
    {
        Space,
        Word,
        Ideograph,
        Run,
    }

    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var at = Next(text, 0); at < text.Length; at = Next(text, EndOf(text, at)))
        {
            count++;
        }

        return count;
    }

    /// <summary>Where the token behind so many tokens begins; the length when there are no more.</summary>
    public static int Skip(ReadOnlySpan<char> text, int tokens)
    {
        var at = Next(text, 0);
        for (; tokens > 0 && at < text.Length; tokens--)
        {
            at = Next(text, EndOf(text, at));
        }

        return at;
    }

    private static int Next(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static int EndOf(ReadOnlySpan<char> text, int at)
    {
        var (script, width) = At(text, at);
        var most = script switch { Script.Ideograph => 1, Script.Run => LongestRun, _ => LongestWord };
        var end = at + width;
        for (var length = 1; end < text.Length; length++)
        {
            var (next, more) = At(text, end);
            var isMark = char.GetUnicodeCategory(text[end]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (next == Script.Space || (!isMark && (next != script || length >= most)))
            {
                break;
            }

            end += more;
        }

        return end;
    }

    private static (Script Script, int Width) At(ReadOnlySpan<char> text, int at)
    {
        if (char.IsWhiteSpace(text[at]))
        {
            return (Script.Space, 1);
        }

        Rune.DecodeFromUtf16(text[at..], out var rune, out var width);
        return (rune.Value switch
        {
            >= 0x3040 and <= 0x30FF or >= 0x31F0 and <= 0x31FF or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0xFF66 and <= 0xFF9F or >= 0x20000 and <= 0x3FFFF => Script.Ideograph,
            >= 0x0E00 and <= 0x0EFF or >= 0x1000 and <= 0x109F or >= 0x1780 and <= 0x17FF => Script.Run, // Thai and Lao, Burmese, Khmer
            _ => Script.Word,
        }, width);
    }
}

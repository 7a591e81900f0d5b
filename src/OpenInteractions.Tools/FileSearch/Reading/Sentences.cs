using System.Globalization;

namespace OpenInteractions.Tools.FileSearch.Reading;

/// <summary>
/// Where sentences end: behind a full stop and white space, unless a small letter follows; behind the full stops of scripts without spaces; and in Thai and its
/// like, which have none, at a space.
/// </summary>
internal static class Sentences
{
    /// <summary>The end of the sentence that begins at a place, with the white space behind it.</summary>
    public static int EndOf(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '.' or '!' or '?' or '…' && Behind(text, i + 1) is var end && (end == text.Length || (char.IsWhiteSpace(text[end]) && !char.IsLower(text[Content(text, end) is var next && next < text.Length ? next : end]))))
            {
                return Content(text, end);
            }

            if (c is '。' or '！' or '？' or '．' or '｡')
            {
                return Content(text, Behind(text, i + 1));
            }

            if (c == ' ' && i > start && i + 1 < text.Length && IsThai(text[i - 1]) && IsThai(text[i + 1]))
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    /// <summary>Behind what may follow a full stop: more of them, and what closes.</summary>
    private static int Behind(string text, int at)
    {
        while (at < text.Length && (text[at] is '.' or '!' or '?' or '…' or '。' or '！' or '？' or '"' or '\'' or '*' or '_'
            || char.GetUnicodeCategory(text[at]) is UnicodeCategory.ClosePunctuation or UnicodeCategory.FinalQuotePunctuation))
        {
            at++;
        }

        return at;
    }

    private static int Content(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsThai(char c) => c is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF');
}

using System.Globalization;
using System.Text;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// Words as indexes know them, the same with every engine: in lower case, without diacritics, English ones without their endings. Scripts that write without spaces
/// are cut into pairs of neighbours, in texts and queries alike: a whole sentence would be one word otherwise.
/// </summary>
public static class TextTerms
{
    // A word that is longer is no word; what is left out of it is not missed.
    private const int LongestTerm = 64;

    /// <summary>The words of a text, in order.</summary>
    /// <param name="text">The text.</param>
    public static IEnumerable<string> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var plain = Fold(text);
        var begin = -1;
        for (var i = 0; i <= plain.Length; i++)
        {
            var c = i < plain.Length ? plain[i] : ' ';
            var isUnspaced = IsUnspaced(c);
            if (!isUnspaced && IsInWord(plain, i))
            {
                begin = begin < 0 ? i : begin;
                continue;
            }

            if (begin >= 0)
            {
                yield return PorterStem.Of(plain[begin..Math.Min(i, begin + LongestTerm)]);
                begin = -1;
            }

            if (isUnspaced)
            {
                var hasNext = i + 1 < plain.Length && IsUnspaced(plain[i + 1]);
                if (hasNext || i == 0 || !IsUnspaced(plain[i - 1]))
                {
                    yield return hasNext ? plain.Substring(i, 2) : c.ToString();
                }
            }
        }
    }

    /// <summary>The different words of a query; words that are in most English texts are left out where others remain.</summary>
    /// <param name="query">The query.</param>
    /// <param name="most">How many at most.</param>
    public static IReadOnlyList<string> OfQuery(string query, int most)
    {
        var all = Of(query).Distinct(StringComparer.Ordinal).ToList();
        var telling = all.Where(t => !EnglishFillers.Stems.Contains(t)).ToList();
        return [.. (telling.Count > 0 ? telling : all).Take(most)];
    }

    /// <summary>One character of a script without spaces: the beginning of pairs.</summary>
    /// <param name="term">A word.</param>
    public static bool IsBeginning(string term)
    {
        ArgumentNullException.ThrowIfNull(term);
        return term.Length == 1 && IsUnspaced(term[0]);
    }

    private static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (!rune.IsBmp)
            {
                folded.Append(Rune.ToLowerInvariant(rune).ToString());
            }
            else if (IsUnspaced((char)rune.Value))
            {
                folded.Append((char)rune.Value);
            }
            else if (PlainLetters.Of((char)rune.Value) is not '\0' and var plain)
            {
                folded.Append(plain);
            }
        }

        return folded.ToString();
    }

    private static bool IsInWord(string text, int at)
    {
        if (at >= text.Length)
        {
            return false;
        }

        var c = text[at];
        return char.IsAscii(c) ? char.IsAsciiLetterOrDigit(c)
            : char.IsLetterOrDigit(c) || char.IsSurrogate(c) && IsLetterPair(text, at) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpacingCombiningMark;
    }

    private static bool IsLetterPair(string text, int at)
    {
        var high = char.IsLowSurrogate(text[at]) ? at - 1 : at;
        return high >= 0 && high + 1 < text.Length && char.IsSurrogatePair(text[high], text[high + 1])
            && CharUnicodeInfo.GetUnicodeCategory(text, high) is <= UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber;
    }

    /// <summary>Han, kana, Thai, Lao, Khmer, Myanmar.</summary>
    private static bool IsUnspaced(char c) => c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u4dbf') or (>= '\u4e00' and <= '\u9fff') or (>= '\uf900' and <= '\ufaff')
        or (>= '\u0e00' and <= '\u0eff') or (>= '\u1780' and <= '\u17ff') or (>= '\u1000' and <= '\u109f');
}

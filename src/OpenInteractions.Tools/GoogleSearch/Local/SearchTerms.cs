using System.Text;

namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>
/// Words as the index knows them. Scripts that write without spaces are cut into pairs of neighbours, in pages and queries alike: the index's own tokenizer would take a whole
/// sentence for one word.
/// </summary>
internal static class SearchTerms
{
    private const int MostTerms = 64;

    /// <summary>A text for the index.</summary>
    public static string Index(string text) => string.Join(' ', Of(text));

    /// <summary>A query in the index's language: pages with any of its words, those with more and rarer ones first. Null when it has no words.</summary>
    public static string? Query(string query)
    {
        // In quotes nothing is an operator.
        var terms = Of(query).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostTerms).Select(t => $"\"{t}\"{(t.Length == 1 && IsUnspaced(t[0]) ? "*" : "")}").ToArray();
        return terms.Length == 0 ? null : string.Join(" OR ", terms);
    }

    /// <summary>The words of a text, in order.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var word = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (IsUnspaced(c))
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }

                var hasNext = i + 1 < text.Length && IsUnspaced(text[i + 1]);
                var hadPrevious = i > 0 && IsUnspaced(text[i - 1]);
                if (hasNext || !hadPrevious)
                {
                    yield return hasNext ? text.Substring(i, 2) : c.ToString();
                }
            }
            else if (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark)
            {
                word.Append(c);
            }
            else if (word.Length > 0)
            {
                yield return word.ToString();
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }

    /// <summary>Han, kana, Thai, Lao, Khmer, Myanmar.</summary>
    private static bool IsUnspaced(char c) => c is (>= '\u3040' and <= '\u30ff') or (>= '\u3400' and <= '\u4dbf') or (>= '\u4e00' and <= '\u9fff') or (>= '\uf900' and <= '\ufaff')
        or (>= '\u0e00' and <= '\u0eff') or (>= '\u1780' and <= '\u17ff') or (>= '\u1000' and <= '\u109f') or (>= '\uff66' and <= '\uff9d');
}

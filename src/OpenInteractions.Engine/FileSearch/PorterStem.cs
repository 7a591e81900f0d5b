namespace OpenInteractions.Engine.FileSearch;

/// <summary>
/// Takes English endings off (M. F. Porter, An algorithm for suffix stripping, 1980): "connected" and "connections" become one word. What is not written in
/// plain lower-case letters stays as it is.
/// </summary>
internal static class PorterStem
{
    private static readonly (string Ending, string To)[] Doubles =
    [
        ("ational", "ate"), ("ization", "ize"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("tional", "tion"), ("biliti", "ble"), ("entli", "ent"), ("ousli", "ous"),
        ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("iviti", "ive"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("abli", "able"), ("alli", "al"), ("ator", "ate"),
        ("logi", "log"), ("eli", "e"),
    ];

    private static readonly (string Ending, string To)[] Singles =
        [("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ness", ""), ("ful", "")];

    private static readonly (string Ending, string To)[] Rests =
    [
        ("ement", ""), ("ance", ""), ("ence", ""), ("able", ""), ("ible", ""), ("ment", ""), ("ant", ""), ("ent", ""), ("ism", ""), ("ate", ""), ("iti", ""), ("ous", ""), ("ive", ""), ("ize", ""),
        ("ion", ""), ("al", ""), ("er", ""), ("ic", ""), ("ou", ""),
    ];

    public static string Of(string word)
    {
        if (word.Length < 3 || word.Any(c => c is < 'a' or > 'z'))
        {
            return word;
        }

        var stem = WithoutPlural(word);
        stem = WithoutTense(stem);
        stem = stem.EndsWith('y') && HasVowel(stem, stem.Length - 1) ? stem[..^1] + "i" : stem;
        stem = Replace(stem, Doubles, least: 1);
        stem = Replace(stem, Singles, least: 1);
        stem = Replace(stem, Rests, least: 2);
        return WithoutLastLetter(stem);
    }

    private static string WithoutPlural(string word) =>
        word.EndsWith("sses", StringComparison.Ordinal) || word.EndsWith("ies", StringComparison.Ordinal) ? word[..^2]
        : word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1]
        : word;

    private static string WithoutTense(string word)
    {
        if (word.EndsWith("eed", StringComparison.Ordinal))
        {
            return Measure(word, word.Length - 3) > 0 ? word[..^1] : word;
        }

        var ending = word.EndsWith("ed", StringComparison.Ordinal) ? 2 : word.EndsWith("ing", StringComparison.Ordinal) ? 3 : 0;
        if (ending == 0 || !HasVowel(word, word.Length - ending))
        {
            return word;
        }

        var stem = word[..^ending];
        return stem.EndsWith("at", StringComparison.Ordinal) || stem.EndsWith("bl", StringComparison.Ordinal) || stem.EndsWith("iz", StringComparison.Ordinal) ? stem + "e"
            : EndsDoubled(stem) && stem[^1] is not ('l' or 's' or 'z') ? stem[..^1]
            : Measure(stem, stem.Length) == 1 && EndsShort(stem, stem.Length) ? stem + "e"
            : stem;
    }

    private static string Replace(string word, (string Ending, string To)[] endings, int least)
    {
        foreach (var (ending, to) in endings)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
            {
                var length = word.Length - ending.Length;
                var holds = Measure(word, length) >= least && (ending != "ion" || (length > 0 && word[length - 1] is 's' or 't'));
                return holds ? word[..length] + to : word; // the longest ending that is there decides
            }
        }

        return word;
    }

    private static string WithoutLastLetter(string word)
    {
        if (word.EndsWith('e') && Measure(word, word.Length - 1) is var m && (m > 1 || (m == 1 && !EndsShort(word, word.Length - 1))))
        {
            word = word[..^1];
        }

        return word.EndsWith("ll", StringComparison.Ordinal) && Measure(word, word.Length) > 1 ? word[..^1] : word;
    }

    /// <summary>How often a vowel is followed by a consonant in the first letters of a word.</summary>
    private static int Measure(string word, int length)
    {
        var (count, wasVowel) = (0, false);
        for (var i = 0; i < length; i++)
        {
            var isVowel = IsVowel(word, i);
            count += wasVowel && !isVowel ? 1 : 0;
            wasVowel = isVowel;
        }

        return count;
    }

    private static bool HasVowel(string word, int length)
    {
        for (var i = 0; i < length; i++)
        {
            if (IsVowel(word, i))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsVowel(string word, int at) => word[at] is 'a' or 'e' or 'i' or 'o' or 'u' || (word[at] == 'y' && at > 0 && !IsVowel(word, at - 1));

    private static bool EndsDoubled(string word) => word.Length > 1 && word[^1] == word[^2] && !IsVowel(word, word.Length - 1);

    /// <summary>Consonant, vowel, consonant, the last none of w, x, y.</summary>
    private static bool EndsShort(string word, int length) =>
        length > 2 && !IsVowel(word, length - 3) && IsVowel(word, length - 2) && !IsVowel(word, length - 1) && word[length - 1] is not ('w' or 'x' or 'y');
}

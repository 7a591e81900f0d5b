namespace OpenInteractions.Engine.Schemas;

/// <summary>
/// Tells what is no regular expression in any dialect from what is merely not JavaScript's: groups and classes that do not end or were not begun, a backslash with nothing behind it, a repetition of nothing.
/// </summary>
internal static class PatternSyntax
{
    /// <summary>What is wrong with it for everybody; null when it may be right somewhere.</summary>
    public static string? Fault(string pattern)
    {
        // Quotes, control characters and comments, which some dialects have, may hold a bracket of any kind.
        if (pattern.Contains("\\Q", StringComparison.Ordinal) || pattern.Contains("\\c", StringComparison.Ordinal)
            || (pattern.Contains("(?", StringComparison.Ordinal) && pattern.Contains('#', StringComparison.Ordinal)))
        {
            return null;
        }

        // Dialects differ in whether ']' ends a class that has nothing yet, and whether '[' opens a class within a class: it is wrong when it is in all of these readings.
        string? fault = null;
        foreach (var (firstIsMeant, nests) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            if (Fault(pattern, firstIsMeant, nests) is not { } found)
            {
                return null;
            }

            fault ??= found;
        }

        return fault;
    }

    private static string? Fault(string pattern, bool firstIsMeant, bool nests)
    {
        var (groups, classes) = (0, 0);
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '\\':
                    if (++i == pattern.Length)
                    {
                        return "ends with a backslash";
                    }

                    break;
                case '[' when classes == 0 || nests:
                    classes++;
                    i += i + 1 < pattern.Length && pattern[i + 1] == '^' ? 1 : 0;
                    i += firstIsMeant && i + 1 < pattern.Length && pattern[i + 1] == ']' ? 1 : 0;
                    break;
                case ']' when classes > 0:
                    classes--;
                    break;
                case '(' when classes == 0:
                    groups++;
                    break;
                case ')' when classes == 0:
                    if (--groups < 0)
                    {
                        return "has a ')' without its '('";
                    }

                    break;
                case '*' or '+' or '?' when classes == 0 && (i == 0 || pattern[i - 1] == '|') && !IsEscaped(pattern, i - 1):
                    return "repeats nothing";
            }
        }

        return classes > 0 ? "has a '[' without its ']'" : groups > 0 ? "has a '(' without its ')'" : null;
    }

    private static bool IsEscaped(string pattern, int at)
    {
        var backslashes = 0;
        while (--at >= 0 && pattern[at] == '\\')
        {
            backslashes++;
        }

        return backslashes % 2 == 1;
    }
}

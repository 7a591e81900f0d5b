using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Engine.Citations;

/// <summary>
/// How a model refers to a source: <c>[k7f2.3]</c> is the third source of one result. The first part follows from the id of the result's call, so calls that run
/// side by side need not agree on numbers, and a later turn, or the next owner of a run, knows the same marks (docs/decisions/0010).
/// </summary>
public static class CitationMark
{
    /// <summary>Most characters of a bracket with marks in it.</summary>
    internal const int LongestBracket = 160;

    internal const int TagLength = 4;

    internal const int MostDigits = 3;

    // What is easily taken for something else is left out. It begins with a letter, so that no number looks like one.
    private const string Letters = "bcdfghjkmnpqrtvwxz";
    private const string Characters = Letters + "23456789";

    /// <summary>The mark of a source, without the brackets.</summary>
    /// <param name="callId">The call that gave it.</param>
    /// <param name="number">Its place among the sources of the call, counted from 1.</param>
    public static string Of(string callId, int number)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(callId));
        return string.Create(null, stackalloc char[16], $"{Letters[hash[0] % Letters.Length]}{Characters[hash[1] % Characters.Length]}{Characters[hash[2] % Characters.Length]}{Characters[hash[3] % Characters.Length]}.{number}");
    }

    /// <summary>What a result tells the model of its marks.</summary>
    /// <param name="example">One of them.</param>
    public static string Instruction(string example) =>
        $"After each statement of your answer that rests on one of these sources, write the source's mark in its bracket, as in: The statement [{example}]. Marks are shown to the user as citations, so write no list of sources.";

    /// <summary>The marks in a bracket, each in full; null when it is something else.</summary>
    /// <param name="inner">What stands between the brackets.</param>
    internal static IReadOnlyList<string>? Read(string inner)
    {
        var marks = new List<string>();
        string? tag = null;
        foreach (var part in inner.Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            var dot = part.IndexOf('.', StringComparison.Ordinal);
            var number = part[(dot + 1)..];
            tag = dot < 0 ? tag : part[..dot].ToLowerInvariant(); // "k7f2.1, 3": some models leave out what is repeated
            if (tag is not { Length: TagLength } || !char.IsAsciiLetter(tag[0]) || !tag.All(char.IsAsciiLetterOrDigit)
                || number.Length is 0 or > MostDigits || !number.All(char.IsAsciiDigit))
            {
                return null;
            }

            marks.Add($"{tag}.{number}");
        }

        return marks;
    }

    /// <summary>True when a character may stand in a bracket with marks.</summary>
    internal static bool MayContain(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or ',' or ';' or ' ';
}

using System.Text.RegularExpressions;

namespace OpenInteractions.Engine.Schemas;

/// <summary>
/// A regular expression of a schema, as .NET understands it. Only its text is kept: reading it takes microseconds, while an expression that never goes back
/// holds from 100 KiB to megabytes, and a second of a core when it has many classes.
/// </summary>
/// <param name="text">In .NET's words.</param>
/// <param name="length">Its length in the schema.</param>
/// <param name="classes">About how many sets of characters it speaks of.</param>
internal sealed class SchemaPattern(string text, int length, int classes)
{
    // With these, making one that never goes back takes less than a tenth of a second and a few megabytes.
    private const int ShortEnough = 200;
    private const int FewClasses = 10;

    /// <summary>Characters that are kept.</summary>
    public int Kept => text.Length;

    /// <summary>Small, at once, and fast on nearly everything; some patterns go back and forth on some texts until their time is over.</summary>
    public Regex Quick() => new(text, RegexOptions.CultureInvariant, SchemaBounds.QuickMatch);

    /// <summary>One whose time grows with the text only; null when it would be too large, or is not possible.</summary>
    public Regex? Steady()
    {
        if (length > ShortEnough || classes > FewClasses)
        {
            return null;
        }

        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, SchemaBounds.MaxMatch);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}

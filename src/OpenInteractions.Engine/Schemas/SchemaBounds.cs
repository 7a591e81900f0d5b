namespace OpenInteractions.Engine.Schemas;

/// <summary>What reading a schema and checking a value may cost. Schemas come from callers, values from models: neither may hold a core for long.</summary>
internal static class SchemaBounds
{
    /// <summary>Errors that are told; a value may have more.</summary>
    public const int MaxErrors = 20;

    /// <summary>Nesting of a value's text.</summary>
    public const int MaxDepth = 256;

    /// <summary>Schemas within schemas, references included.</summary>
    public const int MaxNesting = 400;

    /// <summary>Bytes of a text.</summary>
    public const int MaxText = 8 * 1024 * 1024;

    /// <summary>Subschemas of one schema.</summary>
    public const int MaxNodes = 20_000;

    /// <summary>Characters of a regular expression.</summary>
    public const int MaxPattern = 4000;

    /// <summary>Different regular expressions of one schema.</summary>
    public const int MaxPatterns = 1000;

    /// <summary>Characters of all of them.</summary>
    public const int MaxPatternText = 50_000;

    /// <summary>Characters of an <c>$id</c>.</summary>
    public const int MaxAddress = 2000;

    /// <summary>Subschemas with an <c>$id</c>.</summary>
    public const int MaxAddresses = 1000;

    /// <summary>Characters of a number whose value matters.</summary>
    public const int MaxNumber = 1000;

    /// <summary>Steps of one check: schemas applied, members looked at. About a quarter of a second.</summary>
    public const int MaxSteps = 1_000_000;

    /// <summary>Of one match of a regular expression, and of all of them in one check.</summary>
    public static readonly TimeSpan MaxMatch = TimeSpan.FromMilliseconds(200);

    /// <summary>Of one that may go back and forth, before another way is tried.</summary>
    public static readonly TimeSpan QuickMatch = TimeSpan.FromMilliseconds(50);

    /// <summary>Patterns for which another way is tried in one check.</summary>
    public const int MaxSteady = 3;

    /// <exception cref="JsonSchemaException">There are more subschemas than there may be.</exception>
    public static void RequireNodes(int count)
    {
        if (count > MaxNodes)
        {
            throw new JsonSchemaException("", $"has more than {MaxNodes} subschemas", isBeyondUs: true);
        }
    }
}

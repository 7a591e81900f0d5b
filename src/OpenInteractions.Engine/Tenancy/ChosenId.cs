namespace OpenInteractions.Engine.Tenancy;

/// <summary>Ids that callers choose: they stand in addresses, in placeholders and in logs.</summary>
internal static class ChosenId
{
    private const int Longest = 128;

    /// <summary>Checks an id.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static void Require(string id, string field)
    {
        if (id.Length is 0 or > Longest || !char.IsAsciiLetterOrDigit(id[0]) || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            throw new ApiException(
                ErrorCode.InvalidRequest,
                $"Invalid value '{Excerpt.Of(id, 60)}' for '{field}': an id has 1 to {Longest} letters, digits, '-', '_' and '.', and begins with a letter or a digit.",
                field);
        }
    }
}

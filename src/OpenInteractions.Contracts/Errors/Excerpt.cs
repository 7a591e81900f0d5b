namespace OpenInteractions.Contracts.Errors;

/// <summary>Somebody else's text as far as a message shows it: what a caller, a model or a vendor wrote may be of any length.</summary>
public static class Excerpt
{
    /// <summary>The text, or its beginning with a mark behind. No character is cut in half.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">UTF-16 units that are shown at most, without the mark.</param>
    public static string Of(string text, int most = 80)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)] + "…";
    }
}

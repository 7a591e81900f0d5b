namespace OpenInteractions.Engine.Schemas;

/// <summary>A JSON pointer as the fragment of an address (RFC 6901, 6): ASCII on one line whatever a member is called, so that headers and logs can hold it.</summary>
internal static class PointerFragment
{
    private const int Longest = 200;

    public static string Of(string pointer)
    {
        var fragment = "#" + Uri.EscapeDataString(pointer.Length <= Longest ? pointer : pointer[..(Longest + 1)]).Replace("%2F", "/", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal);
        return fragment.Length <= Longest ? fragment : fragment[..Longest] + "...";
    }
}

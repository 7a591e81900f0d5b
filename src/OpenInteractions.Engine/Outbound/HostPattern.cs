namespace OpenInteractions.Engine.Outbound;

/// <summary>What a rule says about hosts: an exact name or address, <c>*.example.com</c>, or <c>*</c> (behaviour EN-7).</summary>
/// <param name="Text">The form that is shown and compared.</param>
/// <param name="Rank">How specific it is: the higher one wins.</param>
public sealed record HostPattern(string Text, int Rank)
{
    /// <summary>All public names. No addresses: who means one lists it.</summary>
    public static readonly HostPattern All = new("*", 0);

    private const int Exact = 1000; // longer than any suffix

    /// <summary>Whether it is <see cref="All"/>.</summary>
    public bool IsAll => Rank == 0;

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">What a rule or a credential says.</param>
    /// <param name="fault">What is wrong with it, for a sentence; empty when nothing is.</param>
    /// <returns>Null for what is none.</returns>
    public static HostPattern? Read(string text, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        fault = "";
        if (text == "*")
        {
            return All;
        }

        var isSuffix = text.StartsWith("*.", StringComparison.Ordinal);
        if (CanonicalHost.Read(isSuffix ? text[2..] : text, out fault) is not { } host)
        {
            return null;
        }

        if (isSuffix && host.Address is not null)
        {
            fault = "'*.' stands before a name, not before an address";
            return null;
        }

        return isSuffix ? new HostPattern("*." + host.Name, host.Name.Length) : new HostPattern(host.Name, Exact);
    }

    /// <summary>Whether it means this host.</summary>
    public bool Matches(CanonicalHost host) =>
        Rank == Exact ? host.Name == Text
        : host.Address is null && (IsAll || host.Name.EndsWith(Text[1..], StringComparison.Ordinal));
}

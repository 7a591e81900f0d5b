using System.Net;

namespace OpenInteractions.Engine.Outbound;

/// <summary>The host of an address: a name to resolve, or an IP address in whatever spelling resolvers understand.</summary>
/// <param name="Name">The name as it is asked for.</param>
/// <param name="Address">The address that it spells.</param>
/// <param name="IsValid">False for what only looks like an address: one resolver may take it for one, and another for a name.</param>
internal readonly record struct HostName(string Name, IPAddress? Address, bool IsValid)
{
    public static HostName Read(string host)
    {
        var name = host.Trim('[', ']');
        if (name.Contains(':'))
        {
            return IPAddress.TryParse(name, out var address6) ? new HostName(name, address6, IsValid: true) : Invalid(name);
        }

        // A dot at the end says that the name is complete. Behind an address it is an attempt to look like a name.
        var bare = name.EndsWith('.') ? name[..^1] : name;
        if (bare.Length == 0 || !IsPlain(bare))
        {
            return Invalid(name);
        }

        if (!EndsInNumber(bare))
        {
            return new HostName(name, null, IsValid: true);
        }

        // Decimal, octal, hexadecimal, and with fewer than four parts: all that inet_aton understands.
        return IPAddress.TryParse(bare, out var address) ? new HostName(bare, address, IsValid: true) : Invalid(name);
    }

    private static bool EndsInNumber(string name)
    {
        var last = name[(name.LastIndexOf('.') + 1)..];
        return last.Length > 0
            && (last.All(char.IsAsciiDigit) || (last.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && last.Skip(2).All(char.IsAsciiHexDigit)));
    }

    // Names come here in their ASCII form. Labels with '_' exist in the wild.
    private static bool IsPlain(string name) =>
        name.Length <= 253 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_') && !name.StartsWith('.') && !name.Contains("..", StringComparison.Ordinal);

    private static HostName Invalid(string name) => new(name, null, IsValid: false);
}

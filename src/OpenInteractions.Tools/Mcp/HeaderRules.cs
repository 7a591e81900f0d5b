namespace OpenInteractions.Tools.Mcp;

/// <summary>Headers that a caller gives for a server. Their values are secrets: no message repeats one.</summary>
internal static class HeaderRules
{
    private const int MaxCount = 64;
    private const int MaxLength = 16 * 1024;

    /// <summary>What the transport sets itself, or what decides where the request goes.</summary>
    private static readonly HashSet<string> Own = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host", "Keep-Alive", "Last-Event-ID", "Proxy-Authorization", "Proxy-Connection",
        "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    /// <summary>What is wrong, for a sentence that names the place; null when nothing is.</summary>
    public static string? FaultOf(IReadOnlyDictionary<string, string> headers)
    {
        if (headers.Count > MaxCount || headers.Sum(h => h.Key.Length + (h.Value?.Length ?? 0)) > MaxLength)
        {
            return $"at most {MaxCount} headers with {MaxLength} characters in all may be given";
        }

        foreach (var (name, value) in headers)
        {
            if (name.Length == 0 || !name.All(IsToken))
            {
                return "there is a header whose name is not a header's name";
            }

            if (Own.Contains(name) || name.StartsWith("Mcp-", StringComparison.OrdinalIgnoreCase))
            {
                return $"'{name}' is set by the transport and cannot be given";
            }

            if (value is null || !value.All(c => c is '\t' or (>= ' ' and <= '~')))
            {
                return $"the value of '{name}' must be text of printable ASCII characters in one line";
            }
        }

        return null;
    }

    private static bool IsToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c);
}

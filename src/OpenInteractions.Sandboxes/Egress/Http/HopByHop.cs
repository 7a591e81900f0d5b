namespace OpenInteractions.Sandboxes.Egress.Http;

/// <summary>Headers that speak about one connection. They end here; what the next connection needs is written anew.</summary>
internal static class HopByHop
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
        "Content-Length", "Host", "Expect",
    };

    /// <summary>Whether a header is written by whoever owns the connection, and by nobody else.</summary>
    public static bool Owns(string name) => Names.Contains(name);

    /// <summary>The headers of a message that are for the other end, without those that it names in Connection.</summary>
    public static List<KeyValuePair<string, string>> Strip(HttpHead head)
    {
        var named = head.Words("Connection").ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. head.Headers.Where(h => !Owns(h.Key) && !named.Contains(h.Key))];
    }
}

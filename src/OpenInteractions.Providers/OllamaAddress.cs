namespace OpenInteractions.Providers;

/// <summary>Reads <c>OLLAMA_HOST</c> as Ollama's own client does: a host, a port, both, or an address.</summary>
internal static class OllamaAddress
{
    private const int DefaultPort = 11434;

    /// <summary>Where its OpenAI-compatible routes are, or null when the value is no address.</summary>
    public static Uri? Parse(string? host)
    {
        var text = string.IsNullOrWhiteSpace(host) ? "127.0.0.1" : host.Trim().Trim('"', '\'');
        if (text is [':', ..])
        {
            text = "127.0.0.1" + text;
        }

        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : "http://" + text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            return null;
        }

        var authority = text[(hasScheme ? text.IndexOf("://", StringComparison.Ordinal) + 3 : 0)..].Split('/')[0];
        var namesPort = authority.LastIndexOf(':') > authority.LastIndexOf(']');
        var address = new UriBuilder(url)
        {
            // The server's "every interface" is this machine for a client.
            Host = url.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : url.Host,
            Port = namesPort || hasScheme ? url.Port : DefaultPort,
            Path = url.AbsolutePath.TrimEnd('/') + "/v1/",
        };
        return address.Uri;
    }
}

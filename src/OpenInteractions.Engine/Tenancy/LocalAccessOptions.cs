namespace OpenInteractions.Engine.Tenancy;

/// <summary>Who else may call a server that has no keys and is meant for this machine only. Section <c>OpenInteractions:Auth</c>.</summary>
public sealed class LocalAccessOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "OpenInteractions:Auth";

    /// <summary>Web pages besides those of this machine, as <c>https://app.example</c>.</summary>
    public List<string> AllowedOrigins { get; } = [];

    /// <summary>Names by which this server is called besides <c>localhost</c> and the loopback addresses.</summary>
    public List<string> AllowedHosts { get; } = [];

    /// <summary>What is wrong, each with the name of its setting.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (index, origin) in AllowedOrigins.Index())
        {
            // 'null' is what every page can make itself: it names nobody.
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.PathAndQuery.Length > 1 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
            {
                yield return $"{Section}:{nameof(AllowedOrigins)}:{index}: must be an origin such as https://app.example, without a path.";
            }
        }

        foreach (var (index, host) in AllowedHosts.Index())
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
            {
                yield return $"{Section}:{nameof(AllowedHosts)}:{index}: must be a host name such as models.internal, without scheme and port.";
            }
        }
    }
}

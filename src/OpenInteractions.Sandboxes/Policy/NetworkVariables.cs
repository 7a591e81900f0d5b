using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>
/// Variables of a sandbox that has a way out. Programs need none of them to find it, since the addresses of names lead to its doors; only where those doors are missing
/// they are told of the proxy. All of them need to know whom to trust.
/// </summary>
internal static class NetworkVariables
{
    public const string Proxy = "http://127.0.0.1:3128";

    // Programs know these names, and most of them one alone. Node adds to its own list, the others replace theirs.
    private static readonly string[] Bundles = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT"];

    public static IEnumerable<KeyValuePair<string, string>> For(ISandboxNetwork? network, Doors doors)
    {
        if (network is null)
        {
            return [];
        }

        var variables = new List<KeyValuePair<string, string>>();
        if (network.Authority is not null)
        {
            variables.AddRange(Bundles.Select(b => KeyValuePair.Create(b, LaunchCommand.Authorities)));
            variables.Add(new("NODE_EXTRA_CA_CERTS", LaunchCommand.Authority));
        }

        if (doors.HasFlag(Doors.Proxy) && !doors.HasFlag(Doors.Transparent))
        {
            variables.AddRange(((string[])["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]).Select(v => KeyValuePair.Create(v, Proxy)));
            variables.AddRange(((string[])["no_proxy", "NO_PROXY"]).Select(v => KeyValuePair.Create(v, "localhost,127.0.0.1,::1")));
        }

        return variables.Concat(network.Variables);
    }
}

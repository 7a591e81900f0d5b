using OpenInteractions.Contracts.Credentials;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Tenancy;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Credentials;

/// <summary>What a credential must keep beyond its form. No message repeats a secret.</summary>
internal static class CredentialRules
{
    /// <summary>Most credentials of a project.</summary>
    public const int MostPerProject = 10_000;

    private const int LongestSecret = 8192;
    private const int LongestValue = 65_536;
    private const int LongestHeaderName = 128;
    private const int LongestPrefix = 256;
    private const int MostScopes = 100;
    private const int LongestScope = 512;
    private const int MostDomains = 100;

    /// <summary>Headers that are the connection's, and none that a secret could be sent in.</summary>
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "Expect", "Host", "HTTP2-Settings", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
        "Upgrade",
    };

    /// <summary>The fields of a type that can be changed, and those that it cannot be without.</summary>
    public static (IReadOnlyList<string> All, IReadOnlyList<string> Needed) FieldsOf(CredentialSpec spec) => spec switch
    {
        BearerTokenSpec => (["token", "header_name", "prefix"], ["token"]),
        OAuth2Spec => (["client_id", "client_secret", "refresh_token", "token_url", "scopes"], ["client_id", "client_secret", "refresh_token", "token_url"]),
        _ => (["value", "injection_location", "trusted_domains"], ["value", "injection_location"]),
    };

    /// <summary>Checks an id that its owner chose.</summary>
    /// <exception cref="ApiException">It is none.</exception>
    public static void CheckId(string id)
    {
        ChosenId.Require(id, "id");
        Require(!id.Contains("__", StringComparison.Ordinal), "id", "Invalid value for 'id': it may not contain '__', with which the placeholder of a credential ends.");
    }

    /// <exception cref="ApiException">It is wrong; the message names the field and the remedy.</exception>
    public static void Check(CredentialSpec spec, OutboundGuard guard)
    {
        switch (spec)
        {
            case BearerTokenSpec bearer:
                CheckSecret(bearer.Token, "token", LongestSecret);
                CheckLine(bearer.Token!, "token");
                CheckHeader(bearer.HeaderName);
                Require(bearer.Prefix is not { Length: > LongestPrefix }, "prefix", $"Invalid value for 'prefix': it may have {LongestPrefix} characters at most.");
                CheckLine(bearer.Prefix ?? "", "prefix");
                break;
            case OAuth2Spec oauth:
                CheckSecret(oauth.ClientId, "client_id", LongestSecret);
                CheckSecret(oauth.ClientSecret, "client_secret", LongestSecret);
                CheckSecret(oauth.RefreshToken, "refresh_token", LongestSecret);
                CheckTokenUrl(oauth.TokenUrl, guard);
                CheckScopes(oauth.Scopes ?? []);
                break;
            case EnvironmentVariableSpec variable:
                CheckSecret(variable.Value, "value", LongestValue);
                CheckLocations(variable);
                CheckDomains(variable.TrustedDomains ?? []);
                break;
        }
    }

    private static void CheckSecret(string? secret, string field, int longest)
    {
        Require(secret is not null, field, $"Missing required parameter '{field}': expected a string.");
        Require(secret!.Length <= longest, field, $"Invalid value for '{field}': it may have {longest} characters at most.");
    }

    /// <summary>What stands in a header is one line of Latin-1.</summary>
    private static void CheckLine(string text, string field) =>
        Require(IsLine(text), field, $"Invalid value for '{field}': it is sent in a header, which takes one line of Latin-1 without control characters.");

    private static bool IsLine(string text) => text.All(c => c is '\t' or (>= ' ' and <= '~') or (>= '\u00a0' and <= '\u00ff'));

    private static void CheckHeader(string? name)
    {
        Require(
            name is null || (name.Length <= LongestHeaderName && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))),
            "header_name",
            $"Invalid value for 'header_name': the name of a header has at most {LongestHeaderName} letters, digits and '-'.");
        Require(name is null || !OfTheConnection.Contains(name), "header_name", $"Invalid value for 'header_name': '{Excerpt.Of(name ?? "")}' belongs to the connection and cannot be set.");
    }

    private static void CheckTokenUrl(string? url, OutboundGuard guard)
    {
        Require(url is not null, "token_url", "Missing required parameter 'token_url': expected a string.");
        var address = guard.Require(url!, "token_url");

        // What the guard lets pass without being public is a network of the operator's own.
        var isOwn = HostName.Read(address.IdnHost).Address is { } own && !PublicAddress.IsPublic(own);
        Require(isOwn || address.Scheme == Uri.UriSchemeHttps, "token_url", "Invalid address in 'token_url': it must be an https address, because secrets are sent to it.");
        Require(address.Fragment.Length == 0, "token_url", "Invalid address in 'token_url': it must have no '#'.");
    }

    private static void CheckScopes(IReadOnlyList<string> scopes)
    {
        Require(scopes.Count <= MostScopes, "scopes", $"'scopes' has {scopes.Count} entries; at most {MostScopes} are allowed.");
        for (var i = 0; i < scopes.Count; i++)
        {
            Require(
                scopes[i].Length is > 0 and <= LongestScope && scopes[i].All(c => c is '!' or (>= '#' and <= '[') or (>= ']' and <= '~')),
                $"scopes[{i}]",
                $"Invalid value for 'scopes[{i}]': a scope has 1 to {LongestScope} visible ASCII characters without spaces, '\"' and '\\'.");
        }
    }

    private static void CheckLocations(EnvironmentVariableSpec variable)
    {
        const string Field = "injection_location";
        Require(variable.InjectionLocation is { Count: > 0 }, Field, $"Missing required parameter '{Field}': expected 'header', 'query', 'body' or a list of them.");
        var locations = variable.InjectionLocation!;
        Require(locations.Distinct().Count() == locations.Count, Field, $"Invalid value for '{Field}': it names a place twice.");
        if (locations.Contains("header"))
        {
            CheckLine(variable.Value!, "value");
        }
    }

    private static void CheckDomains(IReadOnlyList<string> domains)
    {
        Require(domains.Count <= MostDomains, "trusted_domains", $"'trusted_domains' has {domains.Count} entries; at most {MostDomains} are allowed.");
        for (var i = 0; i < domains.Count; i++)
        {
            Require(domains[i] != "*", $"trusted_domains[{i}]", $"Invalid value for 'trusted_domains[{i}]': a secret is not sent to everybody. Name the domains that it is for.");
            if (HostPattern.Read(domains[i], out var fault) is null)
            {
                throw Wrong($"trusted_domains[{i}]", $"Invalid value '{Excerpt.Of(domains[i], 100)}' for 'trusted_domains[{i}]': {fault}.");
            }
        }
    }
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OpenInteractions.Sandboxes.Egress.Http;

namespace OpenInteractions.Sandboxes.Egress.Secrets;

/// <summary>
/// What a request is outside: placeholders replaced where they may be, the credential of its rule set, and above that the rule's own headers (behaviour CR-3, CR-4).
/// Secrets are asked for here, for this request alone.
/// </summary>
internal sealed class OutgoingRequest(EgressEnvironment environment, Grant grant, bool maySendSecrets)
{
    /// <summary>Longest body in which placeholders are replaced.</summary>
    public const int MaxChangedBody = 1024 * 1024;

    /// <summary>A shorter value of an added header is no secret: taking every "1" out of an answer would only destroy it.</summary>
    private const int MinScrubbedHeader = 8;

    private readonly HashSet<string> _credentials = [];
    private readonly Dictionary<string, byte[]> _secrets = [];
    private string _bodyType = "";

    public string Target { get; private set; } = "/";

    public List<KeyValuePair<string, string>> Headers { get; private set; } = [];

    /// <summary>Credentials that are sent.</summary>
    public IReadOnlyCollection<string> Credentials => _credentials;

    /// <summary>What must not come back.</summary>
    public IReadOnlyCollection<byte[]> Secrets => _secrets.Values;

    public bool HasSecrets => _secrets.Count > 0;

    public async Task SetHeadAsync(HttpHead head, string pathAndQuery, CancellationToken cancellationToken)
    {
        _bodyType = head.Header("Content-Type") ?? "";
        if (Placeholder.IsIn(head.Header("Host") ?? "") || Placeholder.IsIn(head.Method))
        {
            throw Blocked("in its host or method");
        }

        var question = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (pathAndQuery, "") : (pathAndQuery[..question], pathAndQuery[question..]);
        if (Placeholder.IsIn(Uri.UnescapeDataString(path)))
        {
            throw Blocked("in its path");
        }

        query = await ReplaceAsync(query, SecretPlaces.Query, Uri.EscapeDataString, cancellationToken);
        Target = path + (Placeholder.IsIn(Uri.UnescapeDataString(query)) ? throw Blocked("in its query, written in an unusual way") : query);
        foreach (var (name, value) in HopByHop.Strip(head))
        {
            Headers.Add(new(Placeholder.IsIn(name) ? throw Blocked("in the name of a header") : name, await HeaderAsync(name, value, cancellationToken)));
        }

        // Headers that end here could still be meant to carry it out, and nothing is gained by letting them.
        if (head.Headers.Where(h => HopByHop.Owns(h.Key)).Any(h => Placeholder.IsIn(h.Value)))
        {
            throw Blocked("in a header of the connection");
        }

        if (grant.Rule.Credential is { } credential)
        {
            await AddCredentialAsync(credential, cancellationToken);
        }

        foreach (var (name, value) in grant.Rule.Headers)
        {
            Set(name, value);
            if (value.Length >= MinScrubbedHeader)
            {
                Keep(value);
                if (value.LastIndexOf(' ') is > 0 and var space && value.Length - space > MinScrubbedHeader)
                {
                    Keep(value[(space + 1)..]); // what stands behind 'Bearer'
                }
            }
        }

        Settle();
    }

    /// <summary>Replaces placeholders in a body.</summary>
    /// <param name="body">The body, or its beginning.</param>
    /// <param name="isWhole">Whether it is all of it.</param>
    /// <param name="cancellationToken">Ends the wait for a secret.</param>
    public async Task<byte[]> SetBodyAsync(byte[] body, bool isWhole, CancellationToken cancellationToken)
    {
        var text = Encoding.Latin1.GetString(body);
        if (!text.Contains(Placeholder.Mark, StringComparison.Ordinal))
        {
            return body;
        }

        if (!isWhole)
        {
            throw Blocked($"in a body of more than {MaxChangedBody} bytes, where it is not replaced");
        }

        Func<string, string> written = _bodyType.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? Uri.EscapeDataString
            : _bodyType.Contains("json", StringComparison.OrdinalIgnoreCase) ? s => JsonEncodedText.Encode(s, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value
            : s => s;
        var replaced = await ReplaceAsync(text, SecretPlaces.Body, s => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(written(s))), cancellationToken);
        Settle();
        return Encoding.Latin1.GetBytes(replaced);
    }

    private async Task AddCredentialAsync(string id, CancellationToken cancellationToken)
    {
        if (await environment.World.Secrets.FindAsync(id, cancellationToken) is not HeaderSecret secret)
        {
            throw new EgressRefusedException("the credential of the rule does not exist any more, was revoked, or is none that is sent as a header");
        }

        var value = secret.Prefix.Length == 0 ? secret.Token : $"{secret.Prefix} {secret.Token}";
        if (!HttpHead.IsToken(secret.Name) || HopByHop.Owns(secret.Name) || !HttpHead.IsValue(value) || secret.Token.Length == 0)
        {
            throw new EgressRefusedException("the credential of the rule does not fit into a header");
        }

        Set(secret.Name, value);
        Keep(secret.Token);
        _credentials.Add(id);
    }

    private async Task<string> HeaderAsync(string name, string value, CancellationToken cancellationToken)
    {
        if (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) && value.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var coded = new byte[value.Length];
            if (Convert.TryFromBase64String(value[6..].Trim(), coded, out var length) && Encoding.UTF8.GetString(coded, 0, length) is var pair && Placeholder.IsIn(pair))
            {
                var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes(await ReplaceAsync(pair, SecretPlaces.Header, s => s, cancellationToken)));
                Keep(basic);
                return "Basic " + basic;
            }
        }

        var replaced = await ReplaceAsync(value, SecretPlaces.Header, s => HttpHead.IsValue(s) ? s : throw new EgressRefusedException("a secret does not fit into a header"), cancellationToken);
        return replaced;
    }

    private async Task<string> ReplaceAsync(string text, SecretPlaces place, Func<string, string> written, CancellationToken cancellationToken)
    {
        if (!Placeholder.IsIn(text))
        {
            return text;
        }

        var where = place switch { SecretPlaces.Header => "in a header", SecretPlaces.Query => "in its query", _ => "in its body" };
        var result = new StringBuilder();
        var at = 0;
        foreach (var match in Placeholder.Form.Matches(text).ToList())
        {
            var id = match.Groups[1].Value;
            if (!environment.Placeholders.Contains(id) || await environment.World.Secrets.FindAsync(id, cancellationToken) is not ValueSecret secret)
            {
                throw Blocked($"{where}, of a credential that this environment does not have");
            }

            if (!secret.Trusts(grant.Host))
            {
                throw Blocked($"{where}, of a credential that does not trust '{grant.Host.Name}'");
            }

            if (!secret.Places.HasFlag(place))
            {
                throw Blocked($"{where}, where its credential is not injected");
            }

            if (!maySendSecrets)
            {
                throw Blocked($"{where}, without TLS. Use https");
            }

            result.Append(text, at, match.Index - at).Append(written(secret.Value));
            at = match.Index + match.Length;
            _credentials.Add(id);
            Keep(secret.Value);
        }

        // Half a placeholder, or one in another spelling: somebody tries something.
        var rest = result.Append(text, at, text.Length - at).ToString();
        return Placeholder.IsIn(rest) ? throw Blocked($"{where}, in a broken form") : rest;
    }

    private void Set(string name, string value)
    {
        Headers.RemoveAll(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
        Headers.Add(new(name, value));
    }

    /// <summary>Remembers a secret in the forms in which servers usually write what they were sent.</summary>
    private void Keep(string secret)
    {
        foreach (var form in new[] { secret, Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).Value, JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value })
        {
            if (form.Length > 0)
            {
                _secrets[form] = Encoding.UTF8.GetBytes(form);
            }
        }
    }

    /// <summary>Where a secret goes, the answer has to be readable here, and whole: compressed or in parts, it would come back past the search.</summary>
    private void Settle()
    {
        if (!HasSecrets)
        {
            return;
        }

        Set("Accept-Encoding", "identity");
        Headers.RemoveAll(h => h.Key.Equals("Range", StringComparison.OrdinalIgnoreCase) || h.Key.Equals("If-Range", StringComparison.OrdinalIgnoreCase));
    }

    private static EgressRefusedException Blocked(string where) => new($"it holds the placeholder of a credential {where}", EgressDecision.BlockedPlaceholder);
}

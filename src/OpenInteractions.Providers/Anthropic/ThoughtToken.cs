namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// What a thought's signature carries (P-3): the block as it came, because it must go back unchanged while a client may never have seen its
/// text, and the hash of its place.
/// </summary>
/// <param name="Block">The whole <c>thinking</c> or <c>redacted_thinking</c> block.</param>
/// <param name="Place">See <see cref="PrefixHash"/>.</param>
internal sealed record ThoughtToken(byte[] Block, byte[] Place)
{
    private const string Kind = "thinking";

    public string Seal(ISignatureEnvelope envelope, SignatureScope scope) =>
        envelope.Seal(scope, Kind, [.. Place, .. Block]);

    public static ThoughtToken? Open(ISignatureEnvelope envelope, string? signature, SignatureScope scope)
    {
        const int Hash = System.Security.Cryptography.SHA256.HashSizeInBytes;
        return envelope.Open(signature, scope) is { Kind: Kind } opened && opened.Payload.Length > Hash
            ? new ThoughtToken(opened.Payload[Hash..].ToArray(), opened.Payload[..Hash].ToArray())
            : null;
    }
}

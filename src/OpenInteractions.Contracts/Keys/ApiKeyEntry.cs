namespace OpenInteractions.Contracts.Keys;

/// <summary>A key as it is kept: everything but the key.</summary>
public sealed record ApiKeyEntry
{
    /// <summary>Names the key in lists and logs.</summary>
    public required string Id { get; init; }

    /// <summary>The project that the key opens.</summary>
    public required string Project { get; init; }

    /// <summary>The key's SHA-256 in hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was revoked; null while it opens its project.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Revoked { get; init; }
}

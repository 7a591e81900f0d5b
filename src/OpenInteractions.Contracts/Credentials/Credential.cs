namespace OpenInteractions.Contracts.Credentials;

/// <summary>A credential as it is shown: what it is, and nothing of what it holds (behaviour CR-2).</summary>
public sealed record Credential
{
    /// <summary>What it is referred to by.</summary>
    public required string Id { get; init; }

    /// <summary><c>bearer_token</c>, <c>oauth2</c> or <c>environment_variable</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>active</c>; <c>revoked</c> when its refresh token is not taken any more.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdateTime { get; init; }
}

/// <summary>A page of credentials.</summary>
public sealed record CredentialList
{
    /// <summary>The credentials.</summary>
    public required IReadOnlyList<Credential> Credentials { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

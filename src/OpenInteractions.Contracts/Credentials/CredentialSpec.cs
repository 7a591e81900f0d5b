using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Credentials;

/// <summary>
/// What a caller entrusts to the server, or changes of it (wire 18, behaviour CR-1). A create needs what its type cannot do without; a change has the type and what is new. None of it
/// is ever shown again (behaviour CR-2).
/// </summary>
[JsonConverter(typeof(CredentialSpecConverter))]
public abstract record CredentialSpec : WireObject
{
    private protected CredentialSpec()
    {
    }

    /// <summary>The discriminator on the wire. It stays what it is.</summary>
    public abstract string Type { get; }

    /// <summary>What it is referred to by. A create without one gets a UUID (behaviour CR-6); a change has none.</summary>
    public string? Id { get; init; }

    /// <summary>The type alone: a record would write its secrets into a log.</summary>
    public sealed override string ToString() => Type;
}

/// <summary>A token that is sent in a header.</summary>
public sealed record BearerTokenSpec : CredentialSpec
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "bearer_token";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The secret.</summary>
    [NotEmpty]
    public string? Token { get; init; }

    /// <summary>The header; <c>Authorization</c> when it is left out.</summary>
    [NotEmpty]
    public string? HeaderName { get; init; }

    /// <summary>What stands before the token; <c>Bearer</c> when it is left out, nothing when it is empty.</summary>
    public string? Prefix { get; init; }
}

/// <summary>Access tokens that are fetched with a refresh token (RFC 6749, 6).</summary>
public sealed record OAuth2Spec : CredentialSpec
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "oauth2";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The client.</summary>
    [NotEmpty]
    public string? ClientId { get; init; }

    /// <summary>The client's secret.</summary>
    [NotEmpty]
    public string? ClientSecret { get; init; }

    /// <summary>What access tokens are fetched with. A server that gives a new one with each of them is followed.</summary>
    [NotEmpty]
    public string? RefreshToken { get; init; }

    /// <summary>Where they are fetched.</summary>
    [NotEmpty]
    public string? TokenUrl { get; init; }

    /// <summary>What they are for; all that was granted when it is left out.</summary>
    public IReadOnlyList<string>? Scopes { get; init; }
}

/// <summary>A value that a sandbox sees as a placeholder, and that is put into requests on their way out (behaviour CR-3).</summary>
public sealed record EnvironmentVariableSpec : CredentialSpec
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "environment_variable";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The secret.</summary>
    [NotEmpty]
    public string? Value { get; init; }

    /// <summary>The parts of a request that it may be put into.</summary>
    [WireEnum("header", "query", "body")]
    [JsonConverter(typeof(OneOrManyConverter<string>))]
    public OneOrMany<string>? InjectionLocation { get; init; }

    /// <summary>The hosts that it may be sent to: names and <c>*.example.com</c>. Without any it is sent to nobody.</summary>
    public IReadOnlyList<string>? TrustedDomains { get; init; }
}

/// <summary>A type that this build does not know, kept whole; only newer rows have one.</summary>
public sealed record UnknownCredentialSpec(string WireType, JsonElement Raw) : CredentialSpec
{
    /// <inheritdoc/>
    public override string Type => WireType;
}

internal sealed class CredentialSpecConverter() : UnionConverter<CredentialSpec>("type",
[
    UnionVariant.Of(BearerTokenSpec.TypeName, w => w.BearerTokenSpec),
    UnionVariant.Of(OAuth2Spec.TypeName, w => w.OAuth2Spec),
    UnionVariant.Of(EnvironmentVariableSpec.TypeName, w => w.EnvironmentVariableSpec),
])
{
    protected override CredentialSpec Unknown(string tag, JsonElement raw) => new UnknownCredentialSpec(tag, raw);

    protected override JsonElement? RawOf(CredentialSpec value) => (value as UnknownCredentialSpec)?.Raw;
}

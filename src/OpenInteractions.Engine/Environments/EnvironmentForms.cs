using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Environments;

/// <summary>The two forms in which what was asked for is kept: shown to readers, and sealed for the host.</summary>
internal sealed class EnvironmentForms(ISecretBox box)
{
    /// <summary>Nothing asked for: no sources, no variables, an open network.</summary>
    public static EnvironmentSpec Defaults { get; } = new() { Type = "remote" };

    /// <summary>What reads show of an environment, which has no other one behind it any more.</summary>
    public static byte[] Show(EnvironmentSpec spec) => JsonSerializer.SerializeToUtf8Bytes(WithoutSecrets(spec) with { EnvironmentId = null, FromInteraction = null }, WireJson.Wire.EnvironmentSpec);

    /// <summary>Sources without contents, hosts without headers, no variables (behaviour EN-11). What is shown is named here, so that a new field is not shown by oversight.</summary>
    public static EnvironmentSpec WithoutSecrets(EnvironmentSpec spec) => new()
    {
        Type = spec.Type,
        EnvironmentId = spec.EnvironmentId,
        FromInteraction = spec.FromInteraction,
        Sources = spec.Sources is { Count: > 0 } sources ? [.. sources.Select(s => new EnvironmentSource { Type = s.Type, Source = WithoutQuery(s.Source), Target = s.Target, Credential = s.Credential })] : null,
        Network = spec.Network?.Value?.Allowlist?.Entries is { } entries
            ? new StringOr<NetworkRules>(new NetworkRules { Allowlist = new NetworkAllowlist([.. entries.Select(e => new AllowlistEntry { Domain = e.Domain, Credential = e.Credential })]) })
            : spec.Network,
    };

    /// <summary>What <see cref="Show"/> has written.</summary>
    public static EnvironmentSpec Shown(StoredEnvironment environment) => JsonSerializer.Deserialize(environment.Shown.Span, WireJson.Wire.EnvironmentSpec)!;

    /// <summary>All of it; of the sources those that are still to be brought in.</summary>
    public byte[] Seal(string project, string id, EnvironmentSpec spec) => box.Seal(Purpose(project, id), JsonSerializer.SerializeToUtf8Bytes(spec, WireJson.Wire.EnvironmentSpec));

    /// <summary>Opens what <see cref="Seal"/> has written.</summary>
    /// <exception cref="ApiException">The server's key is another one by now.</exception>
    public EnvironmentSpec Open(StoredEnvironment environment)
    {
        try
        {
            return JsonSerializer.Deserialize(box.Open(Purpose(environment.Project, environment.Id), environment.Sealed.Span), WireJson.Wire.EnvironmentSpec)!;
        }
        catch (SecretLostException)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"The environment '{environment.Id}' was sealed with another key than this server's, and cannot be opened. Make a new one.");
        }
    }

    // Whoever signs addresses puts the signature there.
    private static string? WithoutQuery(string? address) => address is not null && address.IndexOfAny(['?', '#']) is >= 0 and var at ? address[..at] : address;

    private static string Purpose(string project, string id) => $"environment/{project}/{id}";
}

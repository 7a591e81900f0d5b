using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Environments;

/// <summary>The sandbox that an interaction asks for (wire 12).</summary>
public sealed record EnvironmentSpec : WireObject
{
    /// <summary>Always <c>remote</c>.</summary>
    [WireEnum("remote")]
    public required string Type { get; init; }

    /// <summary>An existing environment to use or update.</summary>
    public string? EnvironmentId { get; init; }

    /// <summary>The interaction with whose files a new environment begins, as they were when its turn ended; then there are no sources and no variables. Ours.</summary>
    [NotEmpty]
    public string? FromInteraction { get; init; }

    /// <summary>What to put into it.</summary>
    public IReadOnlyList<EnvironmentSource>? Sources { get; init; }

    /// <summary>Variables inside it.</summary>
    [JsonConverter(typeof(EnvironmentVariablesConverter))]
    public IReadOnlyDictionary<string, StringOr<EnvironmentVariable>>? Env { get; init; }

    /// <summary><c>disabled</c>, or what may be reached (behaviour EN-7).</summary>
    [WireEnum("disabled")]
    [JsonConverter(typeof(StringOrConverter<NetworkRules>))]
    public StringOr<NetworkRules>? Network { get; init; }
}

/// <summary>Something to put into an environment (behaviour EN-3).</summary>
public sealed record EnvironmentSource : WireObject
{
    /// <summary><c>gcs</c>, <c>inline</c>, <c>repository</c> or <c>skill_registry</c>.</summary>
    [WireEnum("gcs", "inline", "repository", "skill_registry")]
    public required string Type { get; init; }

    /// <summary>Where it comes from.</summary>
    public string? Source { get; init; }

    /// <summary>Where it goes.</summary>
    public string? Target { get; init; }

    /// <summary>The text of an inline source.</summary>
    public string? Content { get; init; }

    /// <summary>How <see cref="Content"/> is encoded, such as <c>base64</c>.</summary>
    public string? Encoding { get; init; }

    /// <summary>The credential that it is fetched with, where it comes from somewhere. Ours.</summary>
    [NotEmpty]
    public string? Credential { get; init; }
}

/// <summary>A variable given as an object: its value, or the credential that stands behind it.</summary>
public sealed record EnvironmentVariable : WireObject
{
    /// <summary>The value.</summary>
    public string? Value { get; init; }

    /// <summary>The credential's id.</summary>
    public string? Credential { get; init; }
}

/// <summary>What an environment may reach.</summary>
public sealed record NetworkRules : WireObject
{
    /// <summary><c>disabled</c>, or the hosts that may be reached.</summary>
    [WireEnum("disabled")]
    [JsonConverter(typeof(AllowlistConverter))]
    public NetworkAllowlist? Allowlist { get; init; }
}

/// <summary>The hosts that may be reached.</summary>
/// <param name="Entries">The entries; null for the form <c>"disabled"</c>.</param>
public sealed record NetworkAllowlist(IReadOnlyList<AllowlistEntry>? Entries);

/// <summary>A host that may be reached, and what is added to its requests (behaviour EN-7, EN-8).</summary>
public sealed record AllowlistEntry : WireObject
{
    /// <summary>An exact name, <c>*.example.com</c> (not its apex) or <c>*</c>.</summary>
    [NotEmpty]
    public required string Domain { get; init; }

    /// <summary>Headers that the proxy adds; never visible inside, never echoed.</summary>
    [JsonConverter(typeof(OneOrManyConverter<IReadOnlyDictionary<string, string>>))]
    public OneOrMany<IReadOnlyDictionary<string, string>>? Transform { get; init; }

    /// <summary>The credential that the proxy adds.</summary>
    public string? Credential { get; init; }
}

internal sealed class AllowlistConverter : JsonConverter<NetworkAllowlist>
{
    public override NetworkAllowlist Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new NetworkAllowlist(null as IReadOnlyList<AllowlistEntry>)
            : new NetworkAllowlist(JsonSerializer.Deserialize(ref reader, WireJson.Wire.IReadOnlyListAllowlistEntry)!);

    public override void Write(Utf8JsonWriter writer, NetworkAllowlist value, JsonSerializerOptions options)
    {
        if (value.Entries is null)
        {
            writer.WriteStringValue("disabled");
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Entries, WireJson.Wire.IReadOnlyListAllowlistEntry);
        }
    }
}

internal sealed class EnvironmentVariablesConverter : JsonConverter<IReadOnlyDictionary<string, StringOr<EnvironmentVariable>>>
{
    private static readonly StringOrConverter<EnvironmentVariable> Value = new();

    public override IReadOnlyDictionary<string, StringOr<EnvironmentVariable>> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var variables = new Dictionary<string, StringOr<EnvironmentVariable>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            variables[name] = Value.Read(ref reader, typeof(StringOr<EnvironmentVariable>), options);
        }

        return variables;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, StringOr<EnvironmentVariable>> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (name, variable) in value)
        {
            writer.WritePropertyName(name);
            Value.Write(writer, variable, options);
        }

        writer.WriteEndObject();
    }
}

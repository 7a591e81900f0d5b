using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Tools;

/// <summary>A function that the client runs (behaviour FN-13).</summary>
public sealed record FunctionTool : Tool
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "function";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The name: letters, digits, <c>_</c>, <c>-</c>, <c>.</c> and <c>:</c>, at most 128 characters, unique in the request.</summary>
    [NotEmpty]
    public required string Name { get; init; }

    /// <summary>What it does, for the model.</summary>
    public string? Description { get; init; }

    /// <summary>The arguments as a JSON Schema object.</summary>
    [JsonObject]
    public JsonElement? Parameters { get; init; }
}

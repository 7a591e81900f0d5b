using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Steps;

/// <summary>The model asks for a function. Without a result step of the same id in the same interaction the client owes the answer (behaviour FN-1, AG-2).</summary>
public sealed record FunctionCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "function_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>The function.</summary>
    [NotEmpty]
    public required string Name { get; init; }

    /// <summary>The arguments, an object.</summary>
    [JsonObject]
    public required JsonElement Arguments { get; init; }

    /// <summary>Opaque; accepted and kept (behaviour FN-14).</summary>
    public string? Signature { get; init; }
}

/// <summary>The answer to a function call.</summary>
public sealed record FunctionResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "function_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>What came back: a string, an object, or a list of content blocks.</summary>
    [ToolResult]
    public required JsonElement Result { get; init; }

    /// <summary>The function, when the client repeats it.</summary>
    public string? Name { get; init; }

    /// <summary>True when the call failed; the model is told so (behaviour FN-6).</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

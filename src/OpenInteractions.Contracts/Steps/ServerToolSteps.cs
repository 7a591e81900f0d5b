using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Steps;

/// <summary>Code that the server runs.</summary>
public sealed record CodeExecutionCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "code_execution_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>What to run.</summary>
    public required CodeExecutionArguments Arguments { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>Code and its language.</summary>
public sealed record CodeExecutionArguments : WireObject
{
    /// <summary>The source text.</summary>
    public string? Code { get; init; }

    /// <summary><c>python</c> or <c>bash</c>.</summary>
    [WireEnum("python", "bash")]
    public string? Language { get; init; }
}

/// <summary>What the code printed.</summary>
public sealed record CodeExecutionResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "code_execution_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>What came back: a string, an object, or a list of content blocks.</summary>
    [ToolResult]
    public required JsonElement Result { get; init; }

    /// <summary>True when the call failed; the model is told so (behaviour FN-6).</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>Pages that the server reads.</summary>
public sealed record UrlContextCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "url_context_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>Which pages.</summary>
    public required UrlContextArguments Arguments { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>Addresses to read.</summary>
public sealed record UrlContextArguments : WireObject
{
    /// <summary>The addresses; absent and null read as none.</summary>
    public IReadOnlyList<string> Urls { get; init => field = value ?? []; } = [];
}

/// <summary>How the reading went.</summary>
public sealed record UrlContextResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "url_context_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>One entry per page.</summary>
    public required IReadOnlyList<UrlContextResult> Result { get; init; }

    /// <summary>True when the call failed; the model is told so (behaviour FN-6).</summary>
    public bool? IsError { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>How the reading of one page went.</summary>
public sealed record UrlContextResult : WireObject
{
    /// <summary>The page.</summary>
    public string? Url { get; init; }

    /// <summary><c>success</c>, <c>error</c>, <c>paywall</c> or <c>unsafe</c>.</summary>
    [WireEnum("success", "error", "paywall", "unsafe")]
    public string? Status { get; init; }
}

/// <summary>Media analysis that the server started.</summary>
public sealed record ProcessingCallStep : Step, ICallStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "processing_call";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string Id { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

/// <summary>Media analysis that has ended.</summary>
public sealed record ProcessingResultStep : Step, IResultStep
{
    /// <summary>The discriminator.</summary>
    public const string TypeName = "processing_result";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <inheritdoc/>
    [NotEmpty]
    public required string CallId { get; init; }

    /// <summary>Opaque; comes back unchanged in stateless use (behaviour TL-3).</summary>
    public string? Signature { get; init; }
}

using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Contracts.Errors;

/// <summary>The error body of the interactions family: a string code (behaviour ER-1).</summary>
public sealed record ApiErrorBody
{
    /// <summary>What went wrong.</summary>
    public required InteractionError Error { get; init; }
}

/// <summary>The error body of the models and files routes: the google.rpc shape (wire 1.6).</summary>
public sealed record GoogleErrorBody
{
    /// <summary>What went wrong.</summary>
    public required GoogleError Error { get; init; }
}

/// <summary>A google.rpc error.</summary>
public sealed record GoogleError
{
    /// <summary>The HTTP status.</summary>
    public required int Code { get; init; }

    /// <summary>For a person.</summary>
    public required string Message { get; init; }

    /// <summary>The canonical name, such as <c>NOT_FOUND</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Always empty.</summary>
    public IReadOnlyList<JsonElement> Details { get; init => field = value ?? []; } = [];
}

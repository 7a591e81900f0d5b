using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Contracts.Validation;

/// <summary>Ids of resources, which clients may write behind their collections: <c>int_1</c> or <c>interactions/int_1</c> (wire 1.9), in paths and in bodies.</summary>
public static class BareId
{
    /// <summary>The id alone.</summary>
    /// <param name="id">As it was written.</param>
    /// <param name="collection">Such as <c>interactions</c>.</param>
    public static string Of(string id, string collection)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(collection);
        return id.Length > collection.Length && id[collection.Length] == '/' && id.StartsWith(collection, StringComparison.Ordinal) ? id[(collection.Length + 1)..] : id;
    }

    /// <summary>A request whose ids of other resources are bare.</summary>
    public static CreateInteractionRequest WithBareIds(this CreateInteractionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.PreviousInteractionId is null && request.Environment is null ? request : request with
        {
            PreviousInteractionId = request.PreviousInteractionId is { } previous ? Of(previous, "interactions") : null,
            Environment = request.Environment switch
            {
                { Text: { } id } => new(Of(id, "environments")),
                { Value: { } spec } => new(spec with
                {
                    EnvironmentId = spec.EnvironmentId is { } id ? Of(id, "environments") : null,
                    FromInteraction = spec.FromInteraction is { } interaction ? Of(interaction, "interactions") : null,
                }),
                var none => none,
            },
        };
    }
}

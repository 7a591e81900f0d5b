using System.Text.Json.Serialization.Metadata;
using OpenInteractions.Api.Interactions;

namespace OpenInteractions.Api.Http;

/// <summary>Answers with JSON. It is always 200 and never without a body, which clients cannot read (wire 1.4).</summary>
internal static class Answers
{
    /// <summary><c>{}</c>, as after a delete.</summary>
    public static IResult Empty { get; } = new InteractionWriter.JsonAnswer(json =>
    {
        json.WriteStartObject();
        json.WriteEndObject();
    });

    public static IResult Of<T>(T value, JsonTypeInfo<T> type) => new InteractionWriter.JsonAnswer(json => JsonSerializer.Serialize(json, value, type));
}

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Providers.Demo;

/// <summary>Answers in JSON that fits <c>response_format</c> (behaviour SO-2).</summary>
internal static class JsonAnswer
{
    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object","properties":{"answer":{"type":"string"}},"required":["answer"]}""");

    /// <summary>The schema that the text must fit, or null when it is free.</summary>
    public static JsonElement? Schema(IReadOnlyList<ResponseFormat> formats)
    {
        foreach (var format in formats)
        {
            switch (format)
            {
                case SchemaResponseFormat bare:
                    return bare.Schema;
                case TextResponseFormat { MimeType: "application/json" or null, Schema: { } schema }:
                    return schema;
                case TextResponseFormat { MimeType: "application/json" }:
                    return AnyObject;
            }
        }

        return null;
    }

    public static string Write(JsonElement schema, Conversation conversation)
    {
        var results = conversation.Results.Select(r => r.Value);
        var values = new ValuePool([conversation.Prompt], [.. results, .. MediaReport.Facts(conversation)], conversation.Facts);
        return Text(SchemaSample.Answer(schema, values));
    }

    public static string Text(JsonNode? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer);
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>What the answer must look like: a schema that the service enforces, or words that ask for it.</summary>
/// <param name="Schema">For <c>output_config.format</c>.</param>
/// <param name="Instruction">Added to the instructions where the service cannot enforce it.</param>
internal sealed record OutputFormat(JsonNode? Schema, string? Instruction)
{
    public static OutputFormat For(IReadOnlyList<ResponseFormat> formats, ClaudeTraits traits)
    {
        OutputFormat result = new(null, null);
        foreach (var format in formats)
        {
            result = format switch
            {
                SchemaResponseFormat bare => Json(bare.Schema, traits),
                TextResponseFormat { MimeType: "application/json" } or TextResponseFormat { Schema: not null } => Json(((TextResponseFormat)format).Schema, traits),
                TextResponseFormat => result,
                _ => throw new ApiException(ErrorCode.FailedPrecondition, $"response_format: the model does not make {format.Type}; it answers in text.", "response_format"),
            };
        }

        return result;
    }

    private static OutputFormat Json(JsonElement? schema, ClaudeTraits traits)
    {
        if (schema is not { } wanted)
        {
            return new(null, "Answer with one JSON value and nothing else: no words around it and no code fence.");
        }

        return traits.StructuredOutput && OutputSchema.ToEnforced(wanted) is { } enforced
            ? new(enforced, null)
            : new(null, $"Answer with one JSON value and nothing else: no words around it and no code fence. It must fit this JSON Schema:\n{PlainJson.Of(wanted)}");
    }
}

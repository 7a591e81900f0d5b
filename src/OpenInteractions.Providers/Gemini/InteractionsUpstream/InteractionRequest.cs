namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>
/// Writes the body of a call. The upstream keeps nothing (<c>store:false</c>): this server owns the state, and the history goes along whole,
/// always with the same beginning, so that the upstream's cache works (P-6, behaviour ST-19).
/// </summary>
internal static class InteractionRequest
{
    public static JsonScratch Write(ModelRequest request, TurnForm form, GeminiSignatures signatures, string? continuationToken) => JsonScratch.RentObject(json =>
    {
        json.WriteString("model", request.Model.Id);
        json.WriteBoolean("store", false);
        json.WriteBoolean("stream", true);
        if (request.SystemInstruction is { Length: > 0 } instruction)
        {
            json.WriteString("system_instruction", instruction);
        }

        WriteTools(json, request);
        new InputWriter(json).Write(request.History, form, signatures);
        json.WritePropertyName("generation_config");
        JsonSerializer.Serialize(json, Config(request), WireJson.Wire.GenerationConfig);
        WriteFormats(json, request.ResponseFormats);
        if (request.SafetySettings.Count > 0)
        {
            json.WritePropertyName("safety_settings");
            JsonSerializer.Serialize(json, request.SafetySettings, WireJson.Wire.IReadOnlyListSafetySetting);
        }

        if (continuationToken is not null)
        {
            json.WriteString("continuation_token", continuationToken);
        }

        if (request.ServiceTier != "standard")
        {
            json.WriteString("service_tier", request.ServiceTier);
        }
    });

    /// <summary>A model that does not think refuses to be asked for summaries; a choice among no tools makes no sense.</summary>
    private static GenerationConfig Config(ModelRequest request)
    {
        var config = request.Config;
        if (request.Model.Capabilities.ThinkingLevels.Count == 0)
        {
            config = config with { ThinkingLevel = null, ThinkingSummaries = null };
        }

        return request.Functions.Count == 0 ? config with { ToolChoice = null } : config;
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Functions.Count == 0 && request.NativeTools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools");
        foreach (var function in request.Functions)
        {
            json.WriteStartObject();
            json.WriteString("type", FunctionTool.TypeName);
            json.WriteString("name", function.Name);
            if (function.Description is { } description)
            {
                json.WriteString("description", description);
            }

            if (function.Parameters is { } parameters)
            {
                json.WritePropertyName("parameters");
                JsonSchemas.Write(json, parameters);
            }

            json.WriteEndObject();
        }

        foreach (var tool in request.NativeTools)
        {
            JsonSerializer.Serialize(json, tool, WireJson.Wire.Tool);
        }

        json.WriteEndArray();
    }

    private static void WriteFormats(Utf8JsonWriter json, IReadOnlyList<ResponseFormat> formats)
    {
        if (formats.Count == 0)
        {
            return;
        }

        json.WriteStartArray("response_format");
        foreach (var format in formats)
        {
            if (format is SchemaResponseFormat or TextResponseFormat { Schema: not null })
            {
                var schema = format is SchemaResponseFormat bare ? bare.Schema : ((TextResponseFormat)format).Schema!.Value;
                json.WriteStartObject();
                json.WriteString("type", TextResponseFormat.TypeName);
                json.WriteString("mime_type", "application/json");
                json.WritePropertyName("schema");
                JsonSchemas.Write(json, schema);
                json.WriteEndObject();
            }
            else
            {
                JsonSerializer.Serialize(json, format, WireJson.Wire.ResponseFormat);
            }
        }

        json.WriteEndArray();
    }
}

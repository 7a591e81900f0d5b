namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// The body of <c>POST responses</c> (protocols 6.2, 6.6). Nothing is stored upstream: all items go along, and reasoning comes back encrypted.
/// The order of the members is fixed, so that equal beginnings of conversations are equal bytes (P-6).
/// </summary>
internal static class ResponsesRequestWriter
{
    public static JsonScratch Write(ModelRequest request, ResponsesHistory history, IReadOnlySet<string> refusals) => JsonScratch.RentObject(writer =>
    {
        var model = request.Model.Id;
        var config = request.Config;
        var thinks = request.Model.Capabilities.ThinkingLevels.Count > 0;
        writer.WriteString("model", model);
        if (!string.IsNullOrEmpty(request.SystemInstruction))
        {
            writer.WriteString("instructions", request.SystemInstruction);
        }

        WriteTools(writer, request, refusals);
        RequestBuffer.WriteJoined(writer, "input", history.Render(request.History));
        writer.WriteBoolean("store", false);
        writer.WriteBoolean("stream", true);
        if (thinks && !refusals.Contains(LearnedRefusals.Include))
        {
            writer.WriteStartArray("include");
            writer.WriteStringValue("reasoning.encrypted_content");
            writer.WriteEndArray();
        }

        WriteReasoning(writer, config, request.Model, refusals);
        WriteText(writer, request, refusals);
        if (config.MaxOutputTokens is { } maximum)
        {
            writer.WriteNumber("max_output_tokens", maximum);
        }

        if (config.Temperature is { } temperature && request.Model.Capabilities.Sampling && !refusals.Contains(LearnedRefusals.Temperature))
        {
            writer.WriteNumber("temperature", temperature);
        }

        if (config.TopP is { } topP && request.Model.Capabilities.Sampling && !refusals.Contains(LearnedRefusals.TopP))
        {
            writer.WriteNumber("top_p", topP);
        }

        if (request.ServiceTier is "flex" or "priority")
        {
            writer.WriteString("service_tier", request.ServiceTier);
        }
    });

    private static void WriteReasoning(Utf8JsonWriter writer, GenerationConfig config, ModelDescription model, IReadOnlySet<string> refusals)
    {
        var summaries = config.ThinkingSummaries == "auto" && model.Capabilities.ThinkingLevels.Count > 0 && !refusals.Contains(LearnedRefusals.Summary);
        var level = refusals.Contains(LearnedRefusals.Effort) ? null : config.ThinkingLevel;
        if (level is null && !summaries)
        {
            return;
        }

        writer.WriteStartObject("reasoning");
        if (level is not null)
        {
            writer.WriteString("effort", OpenAIModels.Effort(level, model.Id));
        }

        if (summaries)
        {
            writer.WriteString("summary", "auto");
        }

        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, ModelRequest request, IReadOnlySet<string> refusals)
    {
        if (AnswerSchema.Of(request.ResponseFormats) is not { } answer)
        {
            return;
        }

        writer.WriteStartObject("text");
        writer.WriteStartObject("format");
        writer.WriteString("type", "json_schema");
        writer.WriteString("name", "answer");
        writer.WritePropertyName("schema");
        answer.Schema.WriteTo(writer);
        writer.WriteBoolean("strict", answer.IsStrict && !refusals.Contains(LearnedRefusals.Strict));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter writer, ModelRequest request, IReadOnlySet<string> refusals)
    {
        if (request.Functions.Count + request.NativeTools.Count == 0)
        {
            return;
        }

        var choice = ToolChoice.Of(request.Config);
        writer.WriteStartArray("tools");
        foreach (var function in request.Functions)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            writer.WriteString("name", FunctionNames.ToUpstream(function.Name));
            if (function.Description is { } description)
            {
                writer.WriteString("description", description);
            }

            FunctionSchema.Write(writer, function);
            // This API is strict by default, and refuses ordinary schemas then.
            writer.WriteBoolean("strict", FunctionSchema.MayBeStrict(function, choice) && !refusals.Contains(LearnedRefusals.Strict));
            writer.WriteEndObject();
        }

        foreach (var tool in request.NativeTools)
        {
            WriteType(writer, VendorTools.TypeOf(request, tool));
        }

        writer.WriteEndArray();
        WriteToolChoice(writer, request, choice);
        if (!request.Model.Capabilities.ParallelCalls && !refusals.Contains(LearnedRefusals.ParallelCalls))
        {
            writer.WriteBoolean("parallel_tool_calls", false);
        }
    }

    private static void WriteToolChoice(Utf8JsonWriter writer, ModelRequest request, ToolChoice choice)
    {
        if (choice.Mode is null)
        {
            return;
        }

        if (choice.Names is null || choice.Mode == "none")
        {
            writer.WriteString("tool_choice", choice.Mode);
            return;
        }

        var allowed = choice.Allowed(request.Functions);
        var native = request.NativeTools.Where(t => choice.Names.Contains(t.Type)).ToList();
        if (allowed.Count + native.Count == 0)
        {
            // A list of no known tool allows nothing.
            writer.WriteString("tool_choice", "none");
            return;
        }

        writer.WriteStartObject("tool_choice");
        writer.WriteString("type", "allowed_tools");
        writer.WriteString("mode", choice.Mode);
        writer.WriteStartArray("tools");
        foreach (var function in allowed)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            writer.WriteString("name", FunctionNames.ToUpstream(function.Name));
            writer.WriteEndObject();
        }

        foreach (var tool in native)
        {
            WriteType(writer, VendorTools.TypeOf(request, tool));
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter writer, string type)
    {
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteEndObject();
    }
}

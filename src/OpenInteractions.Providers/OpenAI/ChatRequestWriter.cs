namespace OpenInteractions.Providers.OpenAI;

/// <summary>The body of <c>POST chat/completions</c> (protocols 6.3, 6.6), in a fixed order of members (P-6).</summary>
internal static class ChatRequestWriter
{
    /// <summary>More are refused; then the text is cut here instead.</summary>
    private const int MaxStopSequences = 4;

    public static JsonScratch Write(ModelRequest request, ChatHistory history, ChatProfile profile, IReadOnlySet<string> refusals) => JsonScratch.RentObject(writer =>
    {
        var model = request.Model.Id;
        var config = request.Config;
        writer.WriteString("model", model);
        WriteTools(writer, request, profile, refusals);
        var messages = history.Render(request.History);
        RequestBuffer.WriteJoined(writer, "messages", string.IsNullOrEmpty(request.SystemInstruction) ? messages : [System(request.SystemInstruction, profile), .. messages]);
        writer.WriteBoolean("stream", true);
        if (profile.UsageInStream && !refusals.Contains(LearnedRefusals.StreamOptions))
        {
            writer.WriteStartObject("stream_options");
            writer.WriteBoolean("include_usage", true);
            writer.WriteEndObject();
        }

        if (config.MaxOutputTokens is { } maximum)
        {
            writer.WriteNumber(MaxTokensField(model, profile, refusals), maximum);
        }

        WriteSampling(writer, request, refusals);
        if (config.ThinkingLevel is { } level && !refusals.Contains(LearnedRefusals.Effort))
        {
            writer.WriteString("reasoning_effort", OpenAIModels.Effort(level, model));
        }

        WriteFormat(writer, request, profile, refusals);
        if (request.ServiceTier is "flex" or "priority")
        {
            writer.WriteString("service_tier", request.ServiceTier);
        }
    });

    /// <summary>Whether the upstream ends the text at the stop sequences by itself.</summary>
    public static bool SendsStop(ModelRequest request, IReadOnlySet<string> refusals) =>
        request.Config.StopSequences is { Count: > 0 and <= MaxStopSequences } && request.Model.Capabilities.Sampling && !refusals.Contains(LearnedRefusals.Stop);

    private static string MaxTokensField(string model, ChatProfile profile, IReadOnlySet<string> refusals) =>
        refusals.Contains(LearnedRefusals.MaxTokens) ? LearnedRefusals.MaxCompletionTokens
        : refusals.Contains(LearnedRefusals.MaxCompletionTokens) ? LearnedRefusals.MaxTokens
        : profile.MaxTokensField;

    private static byte[] System(string instruction, ChatProfile profile) => RequestBuffer.Elements(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("role", profile.SystemRole);
        writer.WriteString("content", instruction);
        writer.WriteEndObject();
    });

    private static void WriteSampling(Utf8JsonWriter writer, ModelRequest request, IReadOnlySet<string> refusals)
    {
        var model = request.Model;
        if (request.Config.Temperature is { } temperature && model.Capabilities.Sampling && !refusals.Contains(LearnedRefusals.Temperature))
        {
            writer.WriteNumber("temperature", temperature);
        }

        if (request.Config.TopP is { } topP && model.Capabilities.Sampling && !refusals.Contains(LearnedRefusals.TopP))
        {
            writer.WriteNumber("top_p", topP);
        }

        if (request.Config.Seed is { } seed && !refusals.Contains(LearnedRefusals.Seed))
        {
            writer.WriteNumber("seed", seed);
        }

        if (SendsStop(request, refusals))
        {
            writer.WriteStartArray("stop");
            foreach (var sequence in request.Config.StopSequences!)
            {
                writer.WriteStringValue(sequence);
            }

            writer.WriteEndArray();
        }
    }

    private static void WriteFormat(Utf8JsonWriter writer, ModelRequest request, ChatProfile profile, IReadOnlySet<string> refusals)
    {
        if (AnswerSchema.Of(request.ResponseFormats) is not { } answer)
        {
            return;
        }

        writer.WriteStartObject("response_format");
        if (!profile.JsonSchema)
        {
            writer.WriteString("type", "json_object");
        }
        else
        {
            writer.WriteString("type", "json_schema");
            writer.WriteStartObject("json_schema");
            writer.WriteString("name", "answer");
            writer.WritePropertyName("schema");
            answer.Schema.WriteTo(writer);
            writer.WriteBoolean("strict", answer.IsStrict && !refusals.Contains(LearnedRefusals.Strict));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteTools(Utf8JsonWriter writer, ModelRequest request, ChatProfile profile, IReadOnlySet<string> refusals)
    {
        VendorTools.Refuse(request);
        var choice = ToolChoice.Of(request.Config);
        var functions = profile.AllowedToolsChoice ? request.Functions : choice.Allowed(request.Functions);
        if (functions.Count == 0)
        {
            return; // the wire refuses an empty list, and choices without one
        }

        writer.WriteStartArray("tools");
        foreach (var function in functions)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", FunctionNames.ToUpstream(function.Name));
            if (function.Description is { } description)
            {
                writer.WriteString("description", description);
            }

            FunctionSchema.Write(writer, function);
            if (FunctionSchema.MayBeStrict(function, choice) && !refusals.Contains(LearnedRefusals.Strict))
            {
                writer.WriteBoolean("strict", true);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteChoice(writer, choice, functions, profile);
        if (!request.Model.Capabilities.ParallelCalls && profile.AllowedToolsChoice && !refusals.Contains(LearnedRefusals.ParallelCalls))
        {
            writer.WriteBoolean("parallel_tool_calls", false);
        }
    }

    private static void WriteChoice(Utf8JsonWriter writer, ToolChoice choice, IReadOnlyList<FunctionTool> functions, ChatProfile profile)
    {
        if (choice.Mode is null)
        {
            return;
        }

        var names = choice.Allowed(functions);
        if (choice.Names is not null && names.Count == 0)
        {
            writer.WriteString("tool_choice", "none");
        }
        else if (choice.Mode == "required" && choice.Names is not null && names is [var only])
        {
            writer.WriteStartObject("tool_choice");
            WriteNamed(writer, only);
            writer.WriteEndObject();
        }
        else if (choice.Names is not null && choice.Mode != "none" && profile.AllowedToolsChoice)
        {
            writer.WriteStartObject("tool_choice");
            writer.WriteString("type", "allowed_tools");
            writer.WriteStartObject("allowed_tools");
            writer.WriteString("mode", choice.Mode);
            writer.WriteStartArray("tools");
            foreach (var function in names)
            {
                writer.WriteStartObject();
                WriteNamed(writer, function);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        else if (choice.Mode == "required" && !profile.RequiredToolChoice)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, "This model's provider cannot be made to call a function.", "generation_config.tool_choice");
        }
        else
        {
            writer.WriteString("tool_choice", choice.Mode);
        }
    }

    private static void WriteNamed(Utf8JsonWriter writer, FunctionTool function)
    {
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", FunctionNames.ToUpstream(function.Name));
        writer.WriteEndObject();
    }
}

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>
/// Writes the body of a call. The order of members is fixed, and what changes least comes first, so that the vendor's cache sees the same
/// beginning turn after turn (P-6).
/// </summary>
internal static class GenerateContentRequest
{
    public static JsonScratch Write(ModelRequest request, TurnForm form, GeminiSignatures signatures)
    {
        GeminiLimits.CheckGenerateContent(request);
        return JsonScratch.RentObject(json =>
        {
            if (request.SystemInstruction is { Length: > 0 } instruction)
            {
                json.WriteStartObject("systemInstruction");
                json.WriteStartArray("parts");
                json.WriteStartObject();
                json.WriteString("text", instruction);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }

            WriteTools(json, request);
            new ContentsWriter(json).Write(request.History, form, signatures);
            WriteToolConfig(json, request);
            GenerationSettings.Write(json, request);
            WriteSafety(json, request.SafetySettings);
            if (request.ServiceTier is "flex" or "priority")
            {
                json.WriteString("serviceTier", request.ServiceTier);
            }
        });
    }

    private static void WriteTools(Utf8JsonWriter json, ModelRequest request)
    {
        if (request.Functions.Count == 0 && request.NativeTools.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tools");
        if (request.Functions.Count > 0)
        {
            json.WriteStartObject();
            json.WriteStartArray("functionDeclarations");
            foreach (var function in request.Functions)
            {
                WriteFunction(json, function);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        foreach (var tool in request.NativeTools)
        {
            WriteNativeTool(json, tool);
        }

        json.WriteEndArray();
    }

    private static void WriteFunction(Utf8JsonWriter json, FunctionTool function)
    {
        json.WriteStartObject();
        json.WriteString("name", function.Name);
        if (function.Description is { } description)
        {
            json.WriteString("description", description);
        }

        if (function.Parameters is { } parameters)
        {
            // Whole JSON Schema; the older "parameters" knows only a subset.
            json.WritePropertyName("parametersJsonSchema");
            JsonSchemas.Write(json, parameters);
        }

        json.WriteEndObject();
    }

    private static void WriteNativeTool(Utf8JsonWriter json, Tool tool)
    {
        json.WriteStartObject();
        switch (tool)
        {
            case GoogleSearchTool:
                json.WriteStartObject("googleSearch");
                break;
            case CodeExecutionTool:
                json.WriteStartObject("codeExecution");
                break;
            case UrlContextTool:
                json.WriteStartObject("urlContext");
                break;
            case GoogleMapsTool maps:
                json.WriteStartObject("googleMaps");
                if (maps.EnableWidget is { } widget)
                {
                    json.WriteBoolean("enableWidget", widget);
                }

                break;
            case FileSearchTool search:
                json.WriteStartObject("fileSearch");
                WriteStrings(json, "fileSearchStoreNames", search.FileSearchStoreNames);
                if (search.MetadataFilter is { } filter)
                {
                    json.WriteString("metadataFilter", filter);
                }

                if (search.TopK is { } topK)
                {
                    json.WriteNumber("topK", topK);
                }

                break;
            case ComputerUseTool computer:
                json.WriteStartObject("computerUse");
                json.WriteString("environment", "ENVIRONMENT_" + (computer.Environment ?? "browser").ToUpperInvariant());
                WriteStrings(json, "excludedPredefinedFunctions", computer.ExcludedPredefinedFunctions);
                if (computer.EnablePromptInjectionDetection is { } isDetecting)
                {
                    json.WriteBoolean("enablePromptInjectionDetection", isDetecting);
                }

                WriteStrings(json, "disabledSafetyPolicies", computer.DisabledSafetyPolicies?.Select(p => p.ToUpperInvariant()).ToArray());
                break;
            default:
                throw new ApiException(ErrorCode.FailedPrecondition, $"This model's provider does not run the tool '{tool.Type}' by itself.", "tools");
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteToolConfig(Utf8JsonWriter json, ModelRequest request)
    {
        var here = request.NativeTools.OfType<GoogleMapsTool>().FirstOrDefault(m => m is { Latitude: not null, Longitude: not null });
        var mode = ModeOf(request);
        if (mode == ToolChoiceMode.Auto && here is null)
        {
            return;
        }

        json.WriteStartObject("toolConfig");
        if (mode != ToolChoiceMode.Auto)
        {
            json.WriteStartObject("functionCallingConfig");
            json.WriteString("mode", mode.ToUpperInvariant());
            if (mode != ToolChoiceMode.None)
            {
                WriteStrings(json, "allowedFunctionNames", request.Config.ToolChoice?.Value?.AllowedTools.Tools);
            }

            json.WriteEndObject();
        }

        if (here is not null)
        {
            json.WriteStartObject("retrievalConfig");
            json.WriteStartObject("latLng");
            json.WriteNumber("latitude", here.Latitude!.Value);
            json.WriteNumber("longitude", here.Longitude!.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string ModeOf(ModelRequest request)
    {
        if (request.Functions.Count == 0)
        {
            return ToolChoiceMode.Auto; // a choice among no functions makes no sense
        }

        var choice = request.Config.ToolChoice;
        var allowed = choice?.Value?.AllowedTools;
        var mode = allowed is null ? choice?.Text ?? ToolChoiceMode.Auto : allowed.Mode ?? ToolChoiceMode.Auto;

        // The vendor wants this mode for a mix with tools that it runs itself (behaviour TL-4), and takes a list of names only with it or with "any".
        var isMixed = request.NativeTools.Any(t => t is not ComputerUseTool) || allowed?.Tools is { Count: > 0 };
        return mode == ToolChoiceMode.Auto && isMixed ? ToolChoiceMode.Validated : mode;
    }

    private static void WriteSafety(Utf8JsonWriter json, IReadOnlyList<SafetySetting> settings)
    {
        if (settings.Count == 0)
        {
            return;
        }

        json.WriteStartArray("safetySettings");
        foreach (var setting in settings)
        {
            json.WriteStartObject();
            json.WriteString("category", "HARM_CATEGORY_" + setting.Type.ToUpperInvariant());
            json.WriteString("threshold", setting.Threshold.ToUpperInvariant());
            if (setting.Method is { } method)
            {
                json.WriteString("method", method.ToUpperInvariant());
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}

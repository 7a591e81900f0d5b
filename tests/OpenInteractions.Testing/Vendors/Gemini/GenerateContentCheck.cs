using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>What generateContent refuses, with the messages of the real service as far as they are publicly known.</summary>
internal sealed partial class GenerateContentCheck(IssuedTurns issued)
{
    private static readonly string[] PartKinds =
        ["text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult"];

    public void Check(JsonObject request, GeminiModel model, string key)
    {
        GenerateContentShape.Request.Check(request, "");
        CheckContents(request["contents"] as JsonArray);
        var functions = CheckTools(request["tools"] as JsonArray, model);
        CheckToolConfig(request["toolConfig"]?["functionCallingConfig"], functions);
        CheckGeneration(request["generationConfig"] as JsonObject, model);
        CheckResponseMedia(request["contents"]!.AsArray(), model);
        new PartHistory(issued, model, key).Check(request["contents"]!.AsArray());
    }

    private static void CheckContents(JsonArray? contents)
    {
        if (contents is null or { Count: 0 })
        {
            throw GeminiRefusal.Invalid("* GenerateContentRequest.contents: contents is not specified\n");
        }

        for (var i = 0; i < contents.Count; i++)
        {
            if ((string?)contents[i]!["role"] is not ("user" or "model" or null))
            {
                throw GeminiRefusal.Invalid("Please use a valid role: user, model.");
            }

            if (contents[i]!["parts"] is not JsonArray { Count: > 0 } parts)
            {
                throw GeminiRefusal.Invalid($"* GenerateContentRequest.contents[{i}].parts: contents.parts must not be empty.\n");
            }

            for (var j = 0; j < parts.Count; j++)
            {
                CheckPart(parts[j]!.AsObject(), $"contents[{i}].parts[{j}]");
            }
        }

        if ((string?)contents[^1]!["role"] == "model")
        {
            throw GeminiRefusal.Invalid("Please ensure that multiturn requests end with a user role or a function response.");
        }
    }

    private static void CheckPart(JsonObject part, string path)
    {
        var kinds = PartKinds.Where(part.ContainsKey).ToArray();
        var empty = (string?)part["text"] is "" && !part.ContainsKey("thoughtSignature");
        if (kinds.Length == 0 || empty)
        {
            throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}.data: required oneof field 'data' must have one initialized field\n");
        }

        if (kinds.Length > 1)
        {
            throw GeminiRefusal.Rpc(400, "INVALID_ARGUMENT", $"Invalid value at '{path}' (oneof), oneof field 'data' is already set. Cannot set '{PayloadShape.SnakeCase(kinds[1])}'");
        }

        if (part["functionCall"] is JsonObject call && string.IsNullOrEmpty((string?)call["name"]))
        {
            throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}.function_call.name: Name cannot be empty.\n");
        }

        if (part["functionResponse"] is JsonObject response && (string.IsNullOrEmpty((string?)response["name"]) || response["response"] is null))
        {
            throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}.function_response: name and response must be set.\n");
        }

        if (part["inlineData"] is JsonObject blob && (blob["data"] is null || !MimeType().IsMatch((string?)blob["mimeType"] ?? "")))
        {
            throw GeminiRefusal.Invalid($"Unsupported MIME type: {(string?)blob["mimeType"]}");
        }
    }

    /// <summary>Media inside function responses came with the third generation.</summary>
    private static void CheckResponseMedia(JsonArray contents, GeminiModel model)
    {
        if (!model.NeedsSignatures && !model.IsForScreens && contents.SelectMany(c => c!["parts"]!.AsArray()).Any(p => p!["functionResponse"]?["parts"] is not null))
        {
            throw GeminiRefusal.Invalid($"Multimodal function responses are not supported for models/{model.Id}.");
        }
    }

    private static HashSet<string> CheckTools(JsonArray? tools, GeminiModel model)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var t = 0; t < (tools?.Count ?? 0); t++)
        {
            var declarations = tools![t]!["functionDeclarations"] as JsonArray ?? [];
            for (var d = 0; d < declarations.Count; d++)
            {
                CheckDeclaration(declarations[d]!.AsObject(), $"tools[{t}].function_declarations[{d}]", names);
            }
        }

        if (tools?.Any(t => t!["computerUse"] is not null) == true && !model.OperatesScreens)
        {
            throw GeminiRefusal.Invalid("Computer Use is not enabled for this model.");
        }

        var builtIn = tools?.SelectMany(t => t!.AsObject()).Any(m => m.Key is not ("functionDeclarations" or "computerUse")) == true;
        if (builtIn && names.Count > 0 && !model.NeedsSignatures)
        {
            throw GeminiRefusal.Invalid("Built-in tools ({google_search}) and Function Calling cannot be combined in the same request.");
        }

        return names;
    }

    private static void CheckDeclaration(JsonObject declaration, string path, HashSet<string> names)
    {
        var name = (string?)declaration["name"] ?? "";
        if (!FunctionName().IsMatch(name))
        {
            throw GeminiRefusal.Invalid(
                $"* GenerateContentRequest.{path}.name: [FIELD_INVALID] Invalid function name. Must start with a letter or an underscore. Must be " +
                "alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64.\n");
        }

        if (!names.Add(name))
        {
            throw GeminiRefusal.Invalid($"Duplicate function declaration found: {name}");
        }

        if (declaration.ContainsKey("parameters") && declaration.ContainsKey("parametersJsonSchema"))
        {
            throw GeminiRefusal.Invalid($"* GenerateContentRequest.{path}: only one of parameters and parameters_json_schema may be set.\n");
        }
    }

    private static void CheckToolConfig(JsonNode? config, HashSet<string> functions)
    {
        if (config is null)
        {
            return;
        }

        var mode = (string?)config["mode"];
        if (functions.Count == 0 && (mode is "ANY" or "VALIDATED"))
        {
            throw GeminiRefusal.Invalid("Function calling config is set without function_declarations.");
        }

        if (config["allowedFunctionNames"] is JsonArray allowed)
        {
            if (mode is not ("ANY" or "VALIDATED"))
            {
                throw GeminiRefusal.Invalid("Function calling config allowed_function_names should only be set when the mode is ANY or VALIDATED.");
            }

            if (allowed.Select(n => (string?)n).FirstOrDefault(n => !functions.Contains(n!)) is { } missing)
            {
                throw GeminiRefusal.Invalid($"Function name '{missing}' in allowed_function_names is not declared in function_declarations.");
            }
        }
    }

    private static void CheckGeneration(JsonObject? config, GeminiModel model)
    {
        if (config is null)
        {
            return;
        }

        if ((config["stopSequences"] as JsonArray)?.Count > 5)
        {
            throw GeminiRefusal.Invalid("* GenerateContentRequest.generation_config.stop_sequences: at most 5 stop sequences are allowed.\n");
        }

        if (config["maxOutputTokens"] is { } limit && (int)limit is var tokens && (tokens < 1 || tokens > model.OutputTokenLimit))
        {
            throw GeminiRefusal.Invalid($"Unable to submit request because it has a maxOutputTokens value of {tokens} but the supported range is from 1 (inclusive) to {model.OutputTokenLimit + 1} (exclusive).");
        }

        var schemas = (config.ContainsKey("responseSchema") ? 1 : 0) + (config.ContainsKey("responseJsonSchema") ? 1 : 0);
        if (schemas > 1 || (schemas == 1 && (string?)config["responseMimeType"] != "application/json"))
        {
            throw GeminiRefusal.Invalid("* GenerateContentRequest.generation_config.response_mime_type: must be application/json when one response schema is set.\n");
        }

        foreach (var modality in (config["responseModalities"] as JsonArray)?.Select(m => (string)m!) ?? [])
        {
            if (!model.Output.Contains(modality))
            {
                throw GeminiRefusal.Invalid($"The requested combination of response modalities ({modality}) is not supported by the model. models/{model.Id} accepts {string.Join(", ", model.Output)}.");
            }
        }

        CheckThinking(config["thinkingConfig"], model);
    }

    private static void CheckThinking(JsonNode? thinking, GeminiModel model)
    {
        if (thinking is null)
        {
            return;
        }

        var level = (string?)thinking["thinkingLevel"];
        var budget = (int?)thinking["thinkingBudget"];
        if (!model.Thinking)
        {
            throw GeminiRefusal.Invalid("Thinking is not enabled for this model.");
        }

        if (level is not null && budget is not null)
        {
            throw GeminiRefusal.Invalid("You can only set only one of thinking budget and thinking level.");
        }

        if (level is not null && model.Levels.IsEmpty)
        {
            throw GeminiRefusal.Invalid("Thinking level is not supported for this model.");
        }

        if (level is not null && !model.Levels.Contains(level))
        {
            throw GeminiRefusal.Invalid($"Thinking level {level} is not supported for this model. Please retry with other thinking level.");
        }

        if (budget is { } tokens && model.Budget is { } range && tokens != -1 && (tokens != 0 || !range.Off) && (tokens < range.Least || tokens > range.Most))
        {
            throw GeminiRefusal.Invalid(tokens == 0
                ? "Budget 0 is invalid. This model only works in thinking mode."
                : $"The thinking budget {tokens} is invalid. Please choose a value between {range.Least} and {range.Most}.");
        }
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$")]
    private static partial Regex FunctionName();

    [GeneratedRegex("^(image/(png|jpeg|webp|heic|heif|gif|bmp|tiff)|audio/[a-z0-9-]+|video/[a-z0-9-]+|application/pdf|text/[a-z-]+)$")]
    private static partial Regex MimeType();
}

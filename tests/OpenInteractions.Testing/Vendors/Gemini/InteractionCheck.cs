using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>What the Interactions upstream refuses.</summary>
internal sealed class InteractionCheck(IssuedTurns issued)
{
    public void Check(JsonObject request, GeminiModel model, string key)
    {
        InteractionShape.Check(request);
        if ((bool?)request["background"] == true && (bool?)request["store"] == false)
        {
            throw GeminiRefusal.InteractionInvalid("'background' cannot be used with 'store' set to false.");
        }

        if (request["previous_interaction_id"] is { } previous)
        {
            throw GeminiRefusal.Interaction(404, "not_found", $"Interaction '{(string?)previous}' was not found.");
        }

        CheckTools(request["tools"] as JsonArray ?? [], model);
        CheckGeneration(request["generation_config"], model);
        CheckFormat(request["response_format"], model);
        CheckInput(request["input"], model, key);
    }

    /// <summary>The input as steps: a bare string or bare content is one turn of the user.</summary>
    public static ImmutableArray<JsonObject> StepsOf(JsonNode? input) => input switch
    {
        JsonValue text => [UserInput(new JsonObject { ["type"] = "text", ["text"] = text.DeepClone() })],
        JsonObject block => [UserInput(block.DeepClone())],
        JsonArray list when list.Count > 0 && IsContent(list[0]!) => [UserInput([.. list.Select(b => b!.DeepClone())])],
        JsonArray list => [.. list.Select(s => s!.AsObject())],
        _ => [],
    };

    private static bool IsContent(JsonNode element) => (string?)element["type"] is "text" or "image" or "audio" or "document" or "video";

    private static JsonObject UserInput(params JsonNode[] content) => new() { ["type"] = "user_input", ["content"] = new JsonArray(content) };

    private void CheckInput(JsonNode? input, GeminiModel model, string key)
    {
        var steps = StepsOf(input);
        if (steps.IsEmpty)
        {
            throw GeminiRefusal.InteractionInvalid("Missing required parameter 'input'.");
        }

        for (var i = 0; i < steps.Length; i++)
        {
            if ((string?)steps[i]["type"] is "user_input" or "model_output" && steps[i]["content"] is null)
            {
                throw GeminiRefusal.InteractionInvalid($"Missing required parameter 'input[{i}].content'.");
            }
        }

        new StepHistory(issued, model, key).Check(steps);
        if ((string?)steps[^1]["type"] is not ("user_input" or "function_result"))
        {
            throw GeminiRefusal.InteractionInvalid("The input must end with a 'user_input' or a 'function_result' step.");
        }
    }

    private static void CheckTools(JsonArray tools, GeminiModel model)
    {
        var names = new HashSet<string?>();
        for (var i = 0; i < tools.Count; i++)
        {
            if ((string?)tools[i]!["type"] == "computer_use" && !model.OperatesScreens)
            {
                throw GeminiRefusal.InteractionInvalid($"Invalid value 'computer_use' at 'tools[{i}].type'. The model '{model.Id}' does not support it.");
            }

            if ((string?)tools[i]!["type"] != "function")
            {
                continue;
            }

            var name = (string?)tools[i]!["name"];
            if (string.IsNullOrEmpty(name))
            {
                throw GeminiRefusal.InteractionInvalid($"Missing required parameter 'tools[{i}].name'.");
            }

            if (!names.Add(name))
            {
                throw GeminiRefusal.InteractionInvalid($"Duplicate function declaration found: {name}");
            }

            CheckRequired(tools[i]!["parameters"], $"tools[{i}].parameters");
        }
    }

    /// <summary>The service refuses an empty <c>required</c> at any depth (behaviour FN-10).</summary>
    private static void CheckRequired(JsonNode? schema, string path)
    {
        switch (schema)
        {
            case JsonObject node:
                if (node["required"] is JsonArray { Count: 0 })
                {
                    throw GeminiRefusal.InteractionInvalid($"Invalid value at '{path}.required': should be non-empty when set.");
                }

                foreach (var (name, member) in node)
                {
                    CheckRequired(member, $"{path}.{name}");
                }

                break;
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    CheckRequired(list[i], $"{path}[{i}]");
                }

                break;
        }
    }

    private static void CheckGeneration(JsonNode? config, GeminiModel model)
    {
        if ((config?["stop_sequences"] as JsonArray)?.Count > 5)
        {
            throw GeminiRefusal.InteractionInvalid("Invalid value at 'generation_config.stop_sequences': at most 5 stop sequences are allowed.");
        }

        // On this wire a level is mapped by the service for the models that know only a budget.
        if (config?["thinking_level"] is { } level && !model.Levels.IsEmpty && !model.Levels.Contains(((string)level!).ToUpperInvariant()))
        {
            throw GeminiRefusal.InteractionInvalid(
                $"Invalid value '{(string?)level}' at 'generation_config.thinking_level'. Supported values: {string.Join(", ", model.Levels.Select(l => $"'{l.ToLowerInvariant()}'"))}.");
        }
    }

    private static void CheckFormat(JsonNode? format, GeminiModel model)
    {
        var entries = format switch
        {
            JsonArray list => list.Select(e => e!.AsObject()),
            JsonObject one => [one],
            _ => [],
        };
        foreach (var type in entries.Select(e => (string?)e["type"]).Where(t => t is "image" or "audio" or "video"))
        {
            if (!model.Output.Contains(type!.ToUpperInvariant()))
            {
                throw GeminiRefusal.InteractionInvalid($"Invalid value '{type}' at 'response_format'. The model '{model.Id}' does not produce it.");
            }
        }
    }
}

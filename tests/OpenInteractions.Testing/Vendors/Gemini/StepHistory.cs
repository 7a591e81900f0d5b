using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>The rules of the Interactions upstream for a history that the caller keeps: signatures, order of steps, calls and their results.</summary>
internal sealed class StepHistory(IssuedTurns issued, GeminiModel model, string key)
{
    public void Check(ImmutableArray<JsonObject> steps)
    {
        CheckPairs(steps);
        foreach (var group in ModelTurns(steps))
        {
            CheckSignatures(group);
        }

        if (model.NeedsSignatures)
        {
            CheckCallsAreSigned(steps);
        }
    }

    public static string? SignatureOf(JsonObject step) => (string?)step["signature"];

    private static string TypeOf(JsonObject step) => (string)step["type"]!;

    /// <summary>Runs of steps that the model made, between what the user or a tool of the user said.</summary>
    private static IEnumerable<ImmutableArray<JsonObject>> ModelTurns(ImmutableArray<JsonObject> steps)
    {
        var group = ImmutableArray.CreateBuilder<JsonObject>();
        foreach (var step in steps)
        {
            if (TypeOf(step) is not ("user_input" or "function_result"))
            {
                group.Add(step);
            }
            else if (group.Count > 0)
            {
                yield return group.DrainToImmutable();
            }
        }

        if (group.Count > 0)
        {
            yield return group.ToImmutable();
        }
    }

    private void CheckSignatures(ImmutableArray<JsonObject> group)
    {
        foreach (var signature in group.Select(SignatureOf).OfType<string>())
        {
            if (signature == GeminiSignature.Placeholder)
            {
                continue;
            }

            var turn = issued.Find(signature) ?? throw GeminiRefusal.InteractionInvalid("Corrupted thought signature.");
            if (turn.Model != model.Id || turn.Key != key)
            {
                throw GeminiRefusal.InteractionInvalid("Invalid thought signature.");
            }

            if (turn.Elements.Length != group.Length || turn.Elements.Zip(group).Any(pair => !JsonNode.DeepEquals(WithoutId(pair.First), WithoutId(pair.Second))))
            {
                throw GeminiRefusal.InteractionInvalid("Corrupted thought signature.");
            }
        }
    }

    /// <summary>A signature covers what the model thought, not the ids; a caller without state may have ids of its own.</summary>
    private static JsonObject WithoutId(JsonObject step)
    {
        var copy = step.DeepClone().AsObject();
        copy.Remove("id");
        copy.Remove("call_id");
        return copy;
    }

    private static void CheckCallsAreSigned(ImmutableArray<JsonObject> steps)
    {
        var start = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            start = TypeOf(steps[i]) == "user_input" ? i : start;
        }

        foreach (var group in ModelTurns(steps[start..]))
        {
            var first = group.FirstOrDefault(s => TypeOf(s) == "function_call");
            if (first is null || SignatureOf(first) is not null)
            {
                continue;
            }

            // The signature usually rides on a thought before the call.
            if (!group.TakeWhile(s => s != first).Any(s => TypeOf(s) == "thought" && SignatureOf(s) is not null))
            {
                throw GeminiRefusal.InteractionInvalid(
                    $"Function call is missing a thought_signature. Additional data, function call `default_api:{(string?)first["name"]}`.");
            }
        }
    }

    private static void CheckPairs(ImmutableArray<JsonObject> steps)
    {
        var pending = new Dictionary<string, string?>();
        var seen = new HashSet<string>();
        for (var i = 0; i < steps.Length; i++)
        {
            switch (TypeOf(steps[i]))
            {
                case "function_call":
                    var id = (string?)steps[i]["id"];
                    if (string.IsNullOrEmpty(id) || steps[i]["name"] is null || steps[i]["arguments"] is not JsonObject)
                    {
                        throw GeminiRefusal.InteractionInvalid($"Missing required parameter at 'input[{i}]': a function_call has id, name and arguments.");
                    }

                    if (!seen.Add(id))
                    {
                        throw GeminiRefusal.InteractionInvalid($"Duplicate function_call id '{id}' at 'input[{i}]'.");
                    }

                    pending[id] = (string?)steps[i]["name"];
                    break;
                case "function_result":
                    CheckResult(steps[i], i, pending);
                    break;
                case "user_input" when pending.Count > 0:
                    throw GeminiRefusal.InteractionInvalid($"Missing function_result for the function_call '{pending.Keys.First()}' before 'input[{i}]'.");
            }
        }

        if (pending.Count > 0)
        {
            throw GeminiRefusal.InteractionInvalid($"Missing function_result for the function_call '{pending.Keys.First()}'.");
        }
    }

    private static void CheckResult(JsonObject step, int index, Dictionary<string, string?> pending)
    {
        var callId = (string?)step["call_id"] ?? "";
        if (!pending.Remove(callId, out var name))
        {
            throw GeminiRefusal.InteractionInvalid($"No pending function_call has the id '{callId}' of 'input[{index}].call_id'.");
        }

        if (step["name"] is { } given && (string?)given != name)
        {
            throw GeminiRefusal.InteractionInvalid($"The name '{(string?)given}' at 'input[{index}].name' is not the name of the function_call '{callId}'.");
        }

        if (!step.ContainsKey("result"))
        {
            throw GeminiRefusal.InteractionInvalid($"Missing required parameter 'input[{index}].result'.");
        }
    }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>The rules of generateContent for what comes back of earlier turns: signatures, order of parts, calls and their responses.</summary>
internal sealed class PartHistory(IssuedTurns issued, GeminiModel model, string key)
{
    public void Check(JsonArray contents)
    {
        CheckTurns(contents);
        for (var i = 0; i < contents.Count; i++)
        {
            if (RoleOf(contents[i]!) == "model")
            {
                CheckSignatures(PartsOf(contents[i]!));
            }
        }

        if (model.NeedsSignatures)
        {
            CheckCallsAreSigned(contents);
        }
    }

    public static string? SignatureOf(JsonObject part) => (string?)part["thoughtSignature"];

    /// <summary>Parts as far as they must be the same: streamed text is one part unless signed, unsigned thoughts need not come back.</summary>
    public static ImmutableArray<JsonObject> Comparable(IEnumerable<JsonObject> parts)
    {
        var kept = new List<JsonObject>();
        foreach (var part in parts)
        {
            if (SignatureOf(part) is null && ((bool?)part["thought"] == true || (string?)part["text"] is ""))
            {
                continue;
            }

            if (IsPlainText(part) && kept.Count > 0 && IsPlainText(kept[^1]))
            {
                kept[^1] = new JsonObject { ["text"] = (string?)kept[^1]["text"] + (string?)part["text"] };
                continue;
            }

            kept.Add(WithoutCallId(part));
        }

        return [.. kept];
    }

    /// <summary>A signature covers what the model thought, not the id that was given to the call; a caller without state may have ids of its own.</summary>
    private static JsonObject WithoutCallId(JsonObject part)
    {
        if (part["functionCall"]?["id"] is null)
        {
            return part;
        }

        var copy = part.DeepClone().AsObject();
        copy["functionCall"]!.AsObject().Remove("id");
        return copy;
    }

    private static bool IsPlainText(JsonObject part) => part.Count == 1 && part.ContainsKey("text");

    private void CheckSignatures(ImmutableArray<JsonObject> parts)
    {
        foreach (var part in parts)
        {
            if (SignatureOf(part) is not { } signature)
            {
                continue;
            }

            if (signature == GeminiSignature.Placeholder)
            {
                if (!part.ContainsKey("functionCall"))
                {
                    throw GeminiRefusal.Invalid("Corrupted thought signature.");
                }

                continue;
            }

            var turn = issued.Find(signature) ?? throw GeminiRefusal.Invalid("Corrupted thought signature.");
            if (turn.Model != model.Id || turn.Key != key)
            {
                throw GeminiRefusal.Invalid("Invalid thought signature.");
            }

            var expected = Comparable(turn.Elements);
            var actual = Comparable(parts);
            if (expected.Length != actual.Length || expected.Zip(actual).Any(pair => !JsonNode.DeepEquals(pair.First, pair.Second)))
            {
                throw GeminiRefusal.Invalid("Corrupted thought signature.");
            }
        }
    }

    /// <summary>In the current turn the first call of every step is signed; what lies before the user's last message is not looked at.</summary>
    private static void CheckCallsAreSigned(JsonArray contents)
    {
        var start = 0;
        for (var i = 0; i < contents.Count; i++)
        {
            if (RoleOf(contents[i]!) == "user" && !PartsOf(contents[i]!).Any(p => p.ContainsKey("functionResponse")))
            {
                start = i;
            }
        }

        for (var i = start; i < contents.Count; i++)
        {
            if (RoleOf(contents[i]!) == "model"
                && PartsOf(contents[i]!).FirstOrDefault(p => p.ContainsKey("functionCall")) is { } first
                && SignatureOf(first) is null)
            {
                throw GeminiRefusal.Invalid(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing " +
                    "thought_signature may lead to degraded model performance. Additional data, function call " +
                    $"`default_api:{(string?)first["functionCall"]!["name"]}` , position {i + 1}. " +
                    "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.");
            }
        }
    }

    private static void CheckTurns(JsonArray contents)
    {
        ImmutableArray<JsonObject> pending = [];
        for (var i = 0; i < contents.Count; i++)
        {
            var parts = PartsOf(contents[i]!);
            var calls = parts.Where(p => p.ContainsKey("functionCall")).Select(p => p["functionCall"]!.AsObject()).ToImmutableArray();
            var responses = parts.Where(p => p.ContainsKey("functionResponse")).Select(p => p["functionResponse"]!.AsObject()).ToImmutableArray();
            if (RoleOf(contents[i]!) == "model")
            {
                if (responses.Length > 0)
                {
                    throw GeminiRefusal.Invalid("Please ensure that function response turn comes immediately after a function call turn.");
                }

                if (calls.Length > 0 && (i == 0 || RoleOf(contents[i - 1]!) != "user"))
                {
                    throw GeminiRefusal.Invalid("Please ensure that function call turn comes immediately after a user turn or after a function response turn.");
                }

                pending = calls;
                continue;
            }

            if (calls.Length > 0)
            {
                throw GeminiRefusal.Invalid("Please ensure that function call turn comes immediately after a user turn or after a function response turn.");
            }

            CheckResponses(pending, responses, parts);
            pending = [];
        }

        if (pending.Length > 0)
        {
            throw GeminiRefusal.Invalid("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
        }
    }

    private static void CheckResponses(ImmutableArray<JsonObject> calls, ImmutableArray<JsonObject> responses, ImmutableArray<JsonObject> parts)
    {
        if (calls.Length == 0 && responses.Length > 0)
        {
            throw GeminiRefusal.Invalid("Please ensure that function response turn comes immediately after a function call turn.");
        }

        if (calls.Length != responses.Length)
        {
            throw GeminiRefusal.Invalid("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
        }

        if (parts.Take(responses.Length).Any(p => !p.ContainsKey("functionResponse")))
        {
            throw GeminiRefusal.Invalid("Please ensure that function response parts are not interleaved with other parts.");
        }

        foreach (var (call, response) in calls.Zip(responses))
        {
            if ((string?)call["name"] != (string?)response["name"])
            {
                throw GeminiRefusal.Invalid("Please ensure that the names of function response parts match the function call parts of the function call turn, in the same order.");
            }

            if ((string?)call["id"] != (string?)response["id"])
            {
                throw GeminiRefusal.Invalid($"Function response id '{(string?)response["id"]}' does not match the function call id '{(string?)call["id"]}'.");
            }
        }
    }

    private static string? RoleOf(JsonNode content) => (string?)content["role"] ?? "user";

    private static ImmutableArray<JsonObject> PartsOf(JsonNode content) => [.. content["parts"]!.AsArray().Select(p => p!.AsObject())];
}

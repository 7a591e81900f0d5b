using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>
/// Google's Gemini API as strict as the real one, in both forms: generateContent and the Interactions upstream (stateless).
/// Scripted turns are written on whichever wire asks: <c>server.Enqueue(gemini.Turn(GeminiTurn.Says("Hello")))</c>.
/// </summary>
public sealed class FakeGemini : IVendor
{
    /// <summary>The key that the fake accepts.</summary>
    public const string Key = "AIzaFakeGeminiKey-0123456789abcdefghijk";

    private readonly IssuedTurns _issued = new();
    private readonly GeminiResponder _responder = new();
    private readonly ConcurrentDictionary<string, bool> _refusedOnInteractions = new();

    /// <summary>False: the route does not exist, as with gateways that know only generateContent.</summary>
    public bool HasInteractions { get; init; } = true;

    /// <summary>The status of the missing route: 404 or 405.</summary>
    public int MissingInteractionsStatus { get; init; } = 404;

    public ImmutableArray<GeminiModel> Models { get; init; } = GeminiModel.All;

    /// <summary>Most models on one page of the list, whatever the caller asks for.</summary>
    public int ModelsPerPage { get; init; } = 1000;

    /// <summary>Makes the Interactions upstream refuse a model that generateContent serves.</summary>
    public FakeGemini WithoutInteractionsFor(string model)
    {
        _refusedOnInteractions[model] = true;
        return this;
    }

    /// <summary>From now on no signature of before is accepted, as after a change of the key.</summary>
    public void ForgetSignatures() => _issued.Clear();

    /// <summary>A scripted turn for the next request, written on the wire and in the form that the request asks for.</summary>
    public Func<VendorRequest, VendorReply> Turn(GeminiTurn turn) => request => Write(request, turn);

    /// <summary>The same with a fault on top, for example <c>r => r.CutAfterParts(2)</c>.</summary>
    public Func<VendorRequest, VendorReply> Turn(GeminiTurn turn, Func<VendorReply, VendorReply> fault) => request => fault(Write(request, turn));

    /// <summary>The whole answer as one JSON document although a stream was asked for, as gateways do that know no streaming.</summary>
    public Func<VendorRequest, VendorReply> Whole(GeminiTurn turn) => request => Write(request, turn, whole: true);

    /// <summary>A refusal for want of quota, in the shape of the wire that asks: the quota of a minute, or of a day.</summary>
    public static VendorReply RateLimited(VendorRequest request, TimeSpan retryIn, bool daily = false) => IsInteractions(request)
        ? GeminiRefusal.Interaction(429, daily ? "quota_exceeded" : "rate_limit_exceeded", "You exceeded your current quota. Please retry later.").Reply
            .WithHeader("Retry-After", Math.Ceiling(retryIn.TotalSeconds).ToString(CultureInfo.InvariantCulture))
        : GeminiRefusal.Rpc(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan and billing details.",
            new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.QuotaFailure",
                ["violations"] = new JsonArray(new JsonObject { ["quotaId"] = daily ? "GenerateRequestsPerDayPerProjectPerModel-FreeTier" : "GenerateRequestsPerMinutePerProjectPerModel", ["quotaValue"] = "10" }),
            },
            new JsonObject
            {
                ["@type"] = "type.googleapis.com/google.rpc.RetryInfo",
                ["retryDelay"] = retryIn.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s",
            }).Reply;

    /// <summary>The project may not use the API; the real message quotes the caller's key and project.</summary>
    public static VendorReply Forbidden(VendorRequest request) => IsInteractions(request)
        ? GeminiRefusal.Interaction(403, "permission_denied", $"Permission denied: the key {Key} may not use this model.").Reply
        : GeminiRefusal.Rpc(403, "PERMISSION_DENIED", $"Permission denied: Consumer 'api_key:{Key}' has been suspended.").Reply;

    /// <summary>Overloaded, in the shape of the wire that asks.</summary>
    public static VendorReply Overloaded(VendorRequest request) => IsInteractions(request)
        ? GeminiRefusal.Interaction(503, "service_unavailable", "The model is overloaded. Please try again later.").Reply
        : GeminiRefusal.Rpc(503, "UNAVAILABLE", "The model is overloaded. Please try again later.").Reply;

    public VendorReply? Refuse(VendorRequest request)
    {
        try
        {
            Check(request);
            return null;
        }
        catch (GeminiRefusal refusal)
        {
            return refusal.Reply;
        }
    }

    public VendorReply? AnswerFixed(VendorRequest request) =>
        request.Method == "GET" && GeminiPath.Parse(request.Path) is { Verb: null } path ? GeminiModelList.Answer(request, path, Models, ModelsPerPage) : null;

    public VendorReply Respond(VendorRequest request)
    {
        var body = Body(request);
        var conversation = IsInteractions(request) ? GeminiConversation.FromSteps(body) : GeminiConversation.FromContents(body);
        return Write(request, _responder.Answer(conversation));
    }

    private static bool IsInteractions(VendorRequest request) => request.Path.EndsWith("/interactions", StringComparison.Ordinal);

    private static JsonObject Body(VendorRequest request) => JsonNode.Parse(request.Text)!.AsObject();

    private static string KeyOf(VendorRequest request) => request.Header("x-goog-api-key") ?? request.Parameter("key") ?? "";

    private void Check(VendorRequest request)
    {
        CheckKey(request);
        if (request.Method == "GET")
        {
            return;
        }

        if (IsInteractions(request) && !HasInteractions)
        {
            throw GeminiRefusal.Rpc(MissingInteractionsStatus, MissingInteractionsStatus == 404 ? "NOT_FOUND" : "UNIMPLEMENTED", "Method not found.");
        }

        if (request.Json is not { ValueKind: System.Text.Json.JsonValueKind.Object })
        {
            throw IsInteractions(request)
                ? GeminiRefusal.InteractionInvalid("The request body is not a JSON object.")
                : GeminiRefusal.Invalid("Invalid JSON payload received. Unexpected end of string.");
        }

        if (IsInteractions(request))
        {
            var body = Body(request);
            var id = ((string?)body["model"] ?? "").Replace("models/", "", StringComparison.Ordinal);
            var model = Find(id);
            if (model is null || _refusedOnInteractions.ContainsKey(id))
            {
                throw GeminiRefusal.Interaction(404, "model_not_found", $"Model '{id}' was not found or is not supported by the Interactions API.");
            }

            new InteractionCheck(_issued).Check(body, model, KeyOf(request));
            return;
        }

        var path = GeminiPath.Parse(request.Path);
        if (path is not { Verb: "generateContent" or "streamGenerateContent" })
        {
            throw new GeminiRefusal(VendorReply.Text(404, "<!DOCTYPE html><title>Error 404 (Not Found)!!1</title>", "text/html; charset=UTF-8"), "no such route");
        }

        var generating = Find(path.Model) ?? throw GeminiRefusal.Rpc(
            404,
            "NOT_FOUND",
            $"models/{path.Model} is not found for API version {path.Version}, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.");
        new GenerateContentCheck(_issued).Check(Body(request), generating, KeyOf(request));
    }

    private GeminiModel? Find(string? id) => Models.FirstOrDefault(m => m.Id == id && m.Methods.Contains("generateContent"));

    private static void CheckKey(VendorRequest request)
    {
        var key = KeyOf(request);
        if (key.Length == 0)
        {
            const string message = "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.";
            throw IsInteractions(request) ? GeminiRefusal.Interaction(401, "authentication", message) : GeminiRefusal.Rpc(403, "PERMISSION_DENIED", message);
        }

        if (key != Key)
        {
            throw IsInteractions(request)
                ? GeminiRefusal.Interaction(401, "authentication", "API key not valid. Please pass a valid API key.")
                : GeminiRefusal.Rpc(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", new JsonObject
                {
                    ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
                    ["reason"] = "API_KEY_INVALID",
                    ["domain"] = "googleapis.com",
                    ["metadata"] = new JsonObject { ["service"] = "generativelanguage.googleapis.com" },
                });
        }
    }

    private VendorReply Write(VendorRequest request, GeminiTurn turn, bool whole = false)
    {
        if (IsInteractions(request))
        {
            var body = Body(request);
            var model = (string)body["model"]!;
            var interaction = new InteractionWriter(turn, model, _responder.NewCallId);
            _issued.Add(model, KeyOf(request), interaction.Steps, StepHistory.SignatureOf);
            return (bool?)body["stream"] == true && !whole ? VendorReply.Events(interaction.Frames()) : VendorReply.Json(200, interaction.Unary());
        }

        var path = GeminiPath.Parse(request.Path)!;
        var content = new GenerateContentWriter(turn, path.Model!);
        _issued.Add(path.Model!, KeyOf(request), content.Parts, PartHistory.SignatureOf);
        if (path.Verb == "generateContent" || whole)
        {
            return VendorReply.Json(200, content.Unary());
        }

        return request.Parameter("alt") == "sse"
            ? VendorReply.Events(content.Chunks().Select(GenerateContentWriter.Frame)).WithContentType("text/event-stream")
            : VendorReply.Json(200, new JsonArray([.. content.Chunks()]).ToJsonString());
    }
}

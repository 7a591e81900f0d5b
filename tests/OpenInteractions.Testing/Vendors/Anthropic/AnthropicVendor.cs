using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>
/// A fake of Anthropic's Messages service that keeps its rules: it refuses what the service refuses, with the service's error shape, and knows
/// the signatures and ids that it handed out. Scripted turns come from <see cref="Reply"/>; without a script it answers from the conversation.
/// </summary>
public sealed class AnthropicVendor : IVendor
{
    private readonly IssuedBlocks _issued = new();
    private readonly PromptCache _cache = new();
    private readonly ThinkingRules _thinking;

    public AnthropicVendor() => _thinking = new ThinkingRules(_issued);

    /// <summary>The only key that is let in; null lets any key in.</summary>
    public string? Key { get; init; }

    /// <summary>A page of the list of models is never longer than this.</summary>
    public int MostModelsPerPage { get; init; } = 1000;

    public VendorReply? Refuse(VendorRequest request)
    {
        try
        {
            CheckCaller(request);
            if (request.Method == "POST" && request.Path == "/v1/messages")
            {
                CheckMessages(request);
                return null;
            }

            return request.Method == "GET" && IsModels(request.Path)
                ? null
                : throw new AnthropicRefusal(404, "not_found_error", "Not found");
        }
        catch (AnthropicRefusal refusal)
        {
            return refusal.ToReply(_issued.Id("req"));
        }
    }

    public VendorReply? AnswerFixed(VendorRequest request)
    {
        if (request.Method != "GET")
        {
            return null;
        }

        if (request.Path != "/v1/models")
        {
            var id = request.Path["/v1/models/".Length..];
            return AnthropicModel.Find(id) is { } model
                ? VendorReply.Json(200, model.ToJson().ToJsonString(AnthropicJson.Relaxed))
                : AnthropicRefusal.Reply(404, "not_found_error", $"model: {id}", _issued.Id("req"));
        }

        var limit = int.TryParse(request.Parameter("limit"), out var asked) ? asked : 20;
        var rest = AnthropicModel.All.SkipWhile(m => request.Parameter("after_id") is { } after && m.Id != after).ToList();
        var page = (request.Parameter("after_id") is null ? rest : rest.Skip(1)).Take(Math.Min(limit, MostModelsPerPage)).ToList();
        return VendorReply.Json(200, new JsonObject
        {
            ["data"] = new JsonArray([.. page.Select(m => m.ToJson())]),
            ["first_id"] = page.FirstOrDefault()?.Id,
            ["last_id"] = page.LastOrDefault()?.Id,
            ["has_more"] = page.Count > 0 && page[^1] != AnthropicModel.All[^1],
        }.ToJsonString(AnthropicJson.Relaxed));
    }

    public VendorReply Respond(VendorRequest request) => Render(AnthropicResponder.Answer(request.Json!.Value), request);

    /// <summary>A scripted turn, as a stream or as one message, as its request asks.</summary>
    public Func<VendorRequest, VendorReply> Reply(AnthropicTurn turn) => request => Render(turn, request);

    /// <summary>An HTTP error in the service's shape.</summary>
    public VendorReply Error(int status, string type, string message) => AnthropicRefusal.Reply(status, type, message, _issued.Id("req"));

    private VendorReply Render(AnthropicTurn turn, VendorRequest request)
    {
        var body = request.Json!.Value;
        return AnthropicWriter.Write(new AnthropicAnswer(turn, body, _issued, _cache), body.Flag("stream"), _issued.Id("req"));
    }

    private void CheckCaller(VendorRequest request)
    {
        var bearer = request.Header("authorization") is { } value && value.StartsWith("Bearer ", StringComparison.Ordinal) ? value["Bearer ".Length..] : null;
        var key = request.Header("x-api-key") ?? bearer;
        if (string.IsNullOrEmpty(key))
        {
            throw new AnthropicRefusal(401, "authentication_error", "x-api-key header is required");
        }

        if (Key is not null && key != Key)
        {
            // Some gateways in front of the service repeat the key; nothing of it may reach a caller.
            throw new AnthropicRefusal(401, "authentication_error", $"invalid x-api-key: {key}");
        }

        if (request.Header("anthropic-version") is not { } version)
        {
            throw AnthropicRefusal.Invalid("anthropic-version: header is required");
        }

        if (version is not (RequestRules.Current or RequestRules.Older))
        {
            throw AnthropicRefusal.Invalid($"anthropic-version: \"{version}\" is not a valid version");
        }
    }

    private void CheckMessages(VendorRequest request)
    {
        if (request.Header("content-type")?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw AnthropicRefusal.Invalid("content-type: Only application/json is supported");
        }

        var body = request.Json ?? throw AnthropicRefusal.Invalid("The request body is not valid JSON");
        var version = request.Header("anthropic-version")!;
        var model = RequestRules.Check(body, version);
        var transcript = new Transcript(body);
        MessageRules.Check(body, model, version, _issued.IsPaused(transcript.Hash));
        _thinking.CheckReplay(body, model, transcript);
    }

    private static bool IsModels(string path) => path == "/v1/models" || path.StartsWith("/v1/models/", StringComparison.Ordinal);
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>
/// The vendor's Responses and Chat Completions and its list of models, as strict as the real service. With <see cref="HasResponses"/> off,
/// <see cref="AcceptsAnyModel"/> on and a <see cref="Dialect"/> it is one of the many servers that speak Chat Completions in their own way.
/// </summary>
public sealed class OpenAIVendor : IVendor
{
    private readonly IssuedReasoning _issued = new();
    private readonly ResponsesRules _responses;

    public OpenAIVendor() => _responses = new ResponsesRules(new ResponsesInputRules(_issued));

    /// <summary>The only key that is let in; null lets everybody in, as local servers do.</summary>
    public string? Key { get; init; } = "sk-test-openai-0123456789abcdef";

    public bool HasResponses { get; set; } = true;

    public bool AcceptsAnyModel { get; init; }

    public IReadOnlyList<string> Models { get; init; } = OpenAIModelRules.Listed;

    public ChatDialect Dialect { get; init; } = new();

    /// <summary>A scripted turn for either wire, streamed or whole, as the request asks.</summary>
    public Func<VendorRequest, VendorReply> Reply(OpenAITurn turn) => request => Render(turn, request);

    public VendorReply? Refuse(VendorRequest request)
    {
        try
        {
            Check(request);
            return null;
        }
        catch (RefusedException refused)
        {
            return refused.Error.Reply();
        }
    }

    public VendorReply? AnswerFixed(VendorRequest request) => request.Path != "/v1/models" ? null : VendorReply.Json(200, new JsonObject
    {
        ["object"] = "list",
        ["data"] = new JsonArray([.. Models.Select(id => new JsonObject { ["id"] = id, ["object"] = "model", ["created"] = OpenAIJson.Created, ["owned_by"] = "system" })]),
    }.ToJsonString());

    public VendorReply Respond(VendorRequest request)
    {
        var body = request.Json!.Value;
        var heard = request.Path == "/v1/responses" ? OpenAIHeard.Responses(body) : OpenAIHeard.Chat(body);
        var said = ContentResponder.Answer(heard);
        var turn = OpenAITurn.New;
        if (OpenAIModelRules.Reasons(body.GetProperty("model").GetString()!) || Dialect.ReasoningField is not null)
        {
            turn = turn.Thinks("Looking at the conversation.");
        }

        var output = said.Text?.Length / 4 + 1 ?? 12;
        if (said.Text is { } text)
        {
            var limit = OpenAIRules.Number(body, "max_output_tokens") ?? OpenAIRules.Number(body, "max_completion_tokens") ?? OpenAIRules.Number(body, "max_tokens");
            turn = limit < output ? turn.Says(text[..(int)(limit.Value * 4)]).Incomplete() : turn.Says(text);
        }

        foreach (var (name, arguments) in said.Calls)
        {
            turn = turn.Calls(name, arguments);
        }

        var reasoning = turn.Output.OfType<OpenAIOutput.Reasoning>().Any() ? 6 : 0;
        return Render(turn.Uses(request.Body.Length / 4, 0, output + reasoning, reasoning), request);
    }

    private VendorReply Render(OpenAITurn turn, VendorRequest request) => request.Path == "/v1/responses"
        ? ResponsesRenderer.Render(turn, request.Json!.Value, _issued)
        : ChatRenderer.Render(turn, request.Json!.Value, Dialect);

    private void Check(VendorRequest request)
    {
        CheckKey(request);
        var method = request.Path switch
        {
            "/v1/models" => "GET",
            "/v1/chat/completions" => "POST",
            "/v1/responses" when HasResponses => "POST",
            _ => throw new RefusedException(new OpenAIError(404, $"Invalid URL ({request.Method} {request.Path})", null, null)),
        };
        if (request.Method != method)
        {
            throw new RefusedException(new OpenAIError(405, $"Not allowed to {request.Method} on {request.Path}.", null, "method_not_supported"));
        }

        if (method == "GET")
        {
            return;
        }

        if (request.Header("content-type")?.Split(';')[0].Trim() is not "application/json" and var type)
        {
            throw new RefusedException(OpenAIError.Bad(
                $"Unsupported content type: '{type}'. This API method only accepts 'application/json' requests, but you specified the header 'Content-Type: {type}'.", null, "unsupported_content_type"));
        }

        if (request.Json is not { ValueKind: JsonValueKind.Object } body)
        {
            throw new RefusedException(OpenAIError.Bad("We could not parse the JSON body of your request. The OpenAI API expects a JSON payload, but what was sent was not valid JSON."));
        }

        if (request.Path == "/v1/responses")
        {
            _responses.Check(body);
        }
        else
        {
            ChatRules.Check(body, Dialect);
        }

        if (!AcceptsAnyModel)
        {
            OpenAIRules.CheckModel(body.GetProperty("model").GetString()!);
        }
    }

    private void CheckKey(VendorRequest request)
    {
        if (Key is null)
        {
            return;
        }

        var given = request.Header("authorization");
        if (given is null || !given.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            throw new RefusedException(new OpenAIError(401,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).", null, null));
        }

        if (given["Bearer ".Length..] is var key && key != Key)
        {
            // The real service shows the head and the tail of the key it was given.
            var shown = key.Length > 12 ? $"{key[..8]}{new string('*', key.Length - 12)}{key[^4..]}" : "****";
            throw new RefusedException(new OpenAIError(401,
                $"Incorrect API key provided: {shown}. You can find your API key at https://platform.openai.com/account/api-keys.", null, "invalid_api_key"));
        }
    }
}

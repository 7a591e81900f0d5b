namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Items of tools that the service ran itself (protocols 6.2), as our call and result steps. The item travels sealed in the call's signature, because to its
/// maker it goes back as it came, right behind its reasoning (P-2, behaviour TL-3); anyone else is told of a call and its result.
/// </summary>
internal static class VendorItems
{
    private const string AloneKind = "item";
    private const string ReasonedKind = "item.reasoned";

    public static bool Has(string? type) => type is "web_search_call" or "code_interpreter_call" or "file_search_call" or "mcp_call";

    /// <summary>The call and the result that an item holds together.</summary>
    /// <param name="item">The item, complete.</param>
    /// <param name="signature">From <see cref="Seal"/>.</param>
    public static IReadOnlyList<ModelEvent> Events(JsonElement item, string signature)
    {
        var id = Text(item, "id") ?? "";
        var failed = Text(item, "status") is "failed" or "incomplete";
        return Text(item, "type") switch
        {
            "web_search_call" => Web(item, id, failed, signature),
            "code_interpreter_call" => Code(item, id, failed, signature),
            "file_search_call" => Files(item, id, signature),
            _ => Mcp(item, id, failed, signature),
        };
    }

    /// <summary>The item without its id, which points to nothing when nothing is stored upstream.</summary>
    /// <param name="envelope">Seals it.</param>
    /// <param name="scope">Where it opens again.</param>
    /// <param name="item">The item.</param>
    /// <param name="needsReasoning">True when it came right behind reasoning: the service takes neither without the other.</param>
    public static string Seal(ISignatureEnvelope envelope, SignatureScope scope, JsonElement item, bool needsReasoning) => envelope.Seal(scope, needsReasoning ? ReasonedKind : AloneKind, JsonScratch.Object(writer =>
    {
        foreach (var member in item.EnumerateObject().Where(m => m.Name != "id"))
        {
            member.WriteTo(writer);
        }
    }));

    /// <summary>The item that a call was, or null when it was another's, or none.</summary>
    public static (ReadOnlyMemory<byte> Item, bool NeedsReasoning)? Open(ISignatureEnvelope envelope, SignatureScope scope, Step call)
    {
        var signature = call switch
        {
            GoogleSearchCallStep search => search.Signature,
            UrlContextCallStep page => page.Signature,
            CodeExecutionCallStep code => code.Signature,
            FileSearchCallStep files => files.Signature,
            McpServerToolCallStep tool => tool.Signature,
            _ => null,
        };
        return signature is not null && envelope.Open(signature, scope) is { Kind: AloneKind or ReasonedKind } opened ? (opened.Payload, opened.Kind == ReasonedKind) : null;
    }

    /// <summary>A search, or a page that the model opened from its results.</summary>
    private static ModelEvent[] Web(JsonElement item, string id, bool failed, string signature)
    {
        var action = Member(item, "action");
        if (Text(action, "type") is not "search" && Text(action, "url") is { } url)
        {
            var page = new UrlContextArguments { Urls = [url] };
            return Pair(
                new UrlContextCallStep { Id = id, Arguments = page },
                new UrlContextCallDelta { Arguments = page, Signature = signature },
                new UrlContextResultStep { CallId = id, Result = [] },
                new UrlContextResultDelta { Result = [new UrlContextResult { Url = url, Status = failed ? "error" : "success" }], IsError = failed });
        }

        var several = List(action, "queries").Where(q => q.ValueKind == JsonValueKind.String).Select(q => q.GetString()!).ToArray();
        var queries = new SearchArguments { Queries = several.Length > 0 ? several : Text(action, "query") is { } one ? [one] : [] };
        return Pair(
            new GoogleSearchCallStep { Id = id, Arguments = queries },
            new GoogleSearchCallDelta { Arguments = queries, Signature = signature },
            new GoogleSearchResultStep { CallId = id, Result = [] },
            new GoogleSearchResultDelta { Result = [], IsError = failed });
    }

    private static ModelEvent[] Code(JsonElement item, string id, bool failed, string signature)
    {
        var code = new CodeExecutionArguments { Code = Text(item, "code"), Language = "python" };
        var printed = string.Concat(List(item, "outputs").Select(o => Text(o, "logs")));
        return Pair(
            new CodeExecutionCallStep { Id = id, Arguments = code },
            new CodeExecutionCallDelta { Arguments = code, Signature = signature },
            new CodeExecutionResultStep { CallId = id, Result = Value("") },
            new CodeExecutionResultDelta { Result = Value(printed), IsError = failed });
    }

    private static ModelEvent[] Files(JsonElement item, string id, string signature)
    {
        var found = Member(item, "results");
        return Pair(
            new FileSearchCallStep { Id = id },
            new FileSearchCallDelta { Signature = signature },
            new FileSearchResultStep { CallId = id },
            new FileSearchResultDelta { Result = found.ValueKind == JsonValueKind.Array ? found.Clone() : JsonElement.Parse("[]") });
    }

    private static ModelEvent[] Mcp(JsonElement item, string id, bool failed, string signature)
    {
        var (name, server) = (Text(item, "name") ?? "tool", Text(item, "server_label") ?? "mcp");
        var error = Member(item, "error");
        var said = error.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => Text(item, "output") ?? "",
            JsonValueKind.String => error.GetString()!,
            _ => error.GetRawText(),
        };
        failed |= error.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
        var arguments = Object(Text(item, "arguments"));
        return Pair(
            new McpServerToolCallStep { Id = id, Name = name, ServerName = server, Arguments = arguments, Signature = signature },
            new McpServerToolCallDelta { Name = name, ServerName = server, Arguments = arguments },
            new McpServerToolResultStep { CallId = id, Name = name, ServerName = server, Result = Value("") },
            new McpServerToolResultDelta { Name = name, ServerName = server, Result = Value(said), IsError = failed });
    }

    private static ModelEvent[] Pair(Step call, StepDelta callPiece, Step result, StepDelta resultPiece) =>
        [new StepStarted(call), new StepPiece(callPiece), new StepStopped(), new StepStarted(result), new StepPiece(resultPiece), new StepStopped()];

    private static JsonElement Object(string? json)
    {
        try
        {
            return json is not null && JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } read ? read : JsonElement.Parse("{}");
        }
        catch (JsonException)
        {
            return JsonElement.Parse("{}"); // cut off with the answer
        }
    }

    private static JsonElement Value(string text)
    {
        using var scratch = JsonScratch.Rent();
        scratch.Json.WriteStringValue(text);
        return JsonElement.Parse(scratch.Written.Span);
    }

    private static JsonElement Member(JsonElement o, string name) => o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out var value) ? value : default;

    private static string? Text(JsonElement o, string name) => Member(o, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement[] List(JsonElement o, string name) => Member(o, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];
}

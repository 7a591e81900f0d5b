namespace OpenInteractions.Engine.Tools;

/// <summary>Results of calls, whatever their kind.</summary>
internal static class ToolResults
{
    /// <summary>A result that says that the call failed, for calls whose tool is not at hand.</summary>
    public static Step Failed(Step call, string message)
    {
        var text = Text(message);
        return call switch
        {
            McpServerToolCallStep c => new McpServerToolResultStep { CallId = c.Id, Name = c.Name, ServerName = c.ServerName, Result = text, IsError = true },
            FunctionCallStep c => new FunctionResultStep { CallId = c.Id, Name = c.Name, Result = text, IsError = true },
            CodeExecutionCallStep c => new CodeExecutionResultStep { CallId = c.Id, Result = text, IsError = true },

            // These have no place for words: they stand beside what the wire knows.
            UrlContextCallStep c => new UrlContextResultStep { CallId = c.Id, Result = [.. c.Arguments.Urls.DefaultIfEmpty().Select(url => new UrlContextResult { Url = url, Status = "error", Unknown = Error(text) })], IsError = true },
            GoogleSearchCallStep c => new GoogleSearchResultStep { CallId = c.Id, Result = [new GoogleSearchResult { Unknown = Error(text) }], IsError = true },
            GoogleMapsCallStep c => new GoogleMapsResultStep { CallId = c.Id, Result = [new GoogleMapsResult { Unknown = Error(text) }] },
            FileSearchCallStep c => new FileSearchResultStep { CallId = c.Id, Result = Text([Error(text)]) },
            RetrievalCallStep c => new RetrievalResultStep { CallId = c.Id, IsError = true },
            ProcessingCallStep c => new ProcessingResultStep { CallId = c.Id },
            _ => throw new ArgumentException($"A step of the type '{call.Type}' is no call.", nameof(call)),
        };
    }

    /// <summary>True when the result says that the call failed.</summary>
    public static bool IsError(Step result) => result switch
    {
        McpServerToolResultStep r => r.IsError == true,
        FunctionResultStep r => r.IsError == true,
        CodeExecutionResultStep r => r.IsError == true,
        UrlContextResultStep r => r.IsError == true,
        GoogleSearchResultStep r => r.IsError == true,
        RetrievalResultStep r => r.IsError == true,
        FileSearchResultStep { Result: { ValueKind: JsonValueKind.Array } r } => r.GetArrayLength() == 1 && r[0].ValueKind == JsonValueKind.Object && r[0].TryGetProperty("error"u8, out _), // it has no other sign
        GoogleMapsResultStep r => r.Result.Count == 0 || r.Result.Any(m => m.Unknown?.ContainsKey("error") == true), // the wire has no member for it
        _ => false,
    };

    /// <summary>What the result holds, where it is free; null where the wire types it.</summary>
    public static JsonElement? Payload(Step result) => result switch
    {
        McpServerToolResultStep r => r.Result,
        FunctionResultStep r => r.Result,
        CodeExecutionResultStep r => r.Result,
        FileSearchResultStep r => r.Result,
        _ => null,
    };

    /// <summary>The result with something else in it; unchanged where the wire types what it holds.</summary>
    public static Step WithPayload(Step result, JsonElement payload) => result switch
    {
        McpServerToolResultStep r => r with { Result = payload },
        FunctionResultStep r => r with { Result = payload },
        CodeExecutionResultStep r => r with { Result = payload },
        FileSearchResultStep r => r with { Result = payload },
        _ => result,
    };

    /// <summary>The arguments of a call, as the model wrote them or as the wire shows them.</summary>
    public static JsonElement Arguments(Step call) => call switch
    {
        FunctionCallStep c => c.Arguments,
        McpServerToolCallStep c => c.Arguments,
        _ => JsonSerializer.SerializeToElement(call, WireJson.Wire.Step).TryGetProperty("arguments"u8, out var arguments) ? arguments : JsonElement.Parse("{}"),
    };

    /// <summary>A JSON string.</summary>
    public static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text, WireJson.Wire.String);

    private static Dictionary<string, JsonElement> Error(JsonElement text) => new() { ["error"] = text };

    private static JsonElement Text(Dictionary<string, JsonElement>[] items) => JsonElement.Parse($"[{string.Join(',', items.Select(i => $"{{\"error\":{i["error"].GetRawText()}}}"))}]");
}

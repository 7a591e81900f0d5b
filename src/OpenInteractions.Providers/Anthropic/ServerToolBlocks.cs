namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// The tools that the service runs itself, as the wire's built-in call and result steps. The raw blocks stay in the steps' state,
/// because their encrypted parts must come back as they were (protocols 6.4).
/// </summary>
internal static class ServerToolBlocks
{
    public static void WriteDeclaration(Utf8JsonWriter writer, Tool tool, bool cached)
    {
        var (type, name) = tool switch
        {
            GoogleSearchTool => ("web_search_20250305", "web_search"),
            UrlContextTool => ("web_fetch_20250910", "web_fetch"),
            CodeExecutionTool => ("code_execution_20250825", "code_execution"),
            _ => throw new ApiException(ErrorCode.FailedPrecondition, $"tools: the model's provider does not run tools of type '{tool.Type}'.", "tools"),
        };
        writer.WriteStartObject();
        writer.WriteString("type", type);
        writer.WriteString("name", name);
        if (cached)
        {
            CacheMark.Write(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>The shell and its one piece for a whole <c>server_tool_use</c> block, or null for a tool that has no step of ours.</summary>
    public static (Step Shell, StepDelta Piece)? Call(JsonElement block)
    {
        var id = block.Text("id") ?? "";
        var input = block.Member("input") ?? default;
        switch (block.Text("name"))
        {
            case "web_search":
                var search = new SearchArguments { Queries = input.Text("query") is { } query ? [query] : [] };
                return (new GoogleSearchCallStep { Id = id, Arguments = search }, new GoogleSearchCallDelta { Arguments = search });
            case "web_fetch":
                var pages = new UrlContextArguments { Urls = input.Text("url") is { } url ? [url] : [] };
                return (new UrlContextCallStep { Id = id, Arguments = pages }, new UrlContextCallDelta { Arguments = pages });
            case "code_execution":
                return Code(id, input.Text("code"), "python");
            case "bash_code_execution":
                return Code(id, input.Text("command"), "bash");
            case "text_editor_code_execution":
                return Code(id, input.ValueKind == JsonValueKind.Undefined ? null : input.GetRawText(), language: null);
            default:
                return null;
        }
    }

    /// <summary>The shell and its one piece for a result block, or null for a tool that has no step of ours.</summary>
    public static (Step Shell, StepDelta Piece)? Result(JsonElement block)
    {
        var callId = block.Text("tool_use_id") ?? "";
        var content = block.Member("content") ?? default;
        var failed = content.Text("error_code") is not null;
        switch (block.Text("type"))
        {
            case "web_search_tool_result":
                return (new GoogleSearchResultStep { CallId = callId, Result = [] }, new GoogleSearchResultDelta { Result = [], IsError = failed });
            case "web_fetch_tool_result":
                UrlContextResult[] pages = [new() { Url = content.Text("url"), Status = failed ? "error" : "success" }];
                return (new UrlContextResultStep { CallId = callId, Result = [] }, new UrlContextResultDelta { Result = pages, IsError = failed });
            case "code_execution_tool_result" or "bash_code_execution_tool_result" or "text_editor_code_execution_tool_result":
                var text = failed ? content.Text("error_code")! : content.Text("stdout") + content.Text("stderr");
                var failedRun = failed || (content.Member("return_code") is { ValueKind: JsonValueKind.Number } code && code.GetDouble() != 0);
                return (
                    new CodeExecutionResultStep { CallId = callId, Result = BlockJson.String("") },
                    new CodeExecutionResultDelta { Result = BlockJson.String(text), IsError = failedRun });
            default:
                return null;
        }
    }

    private static (Step Shell, StepDelta Piece) Code(string id, string? code, string? language)
    {
        var arguments = new CodeExecutionArguments { Code = code, Language = language };
        return (new CodeExecutionCallStep { Id = id, Arguments = arguments }, new CodeExecutionCallDelta { Arguments = arguments });
    }
}

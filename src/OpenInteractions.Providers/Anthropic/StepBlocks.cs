using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>Renders the steps of a turn. What depends on the rest of the request (order, pairing, places of thoughts) is left to <see cref="MessageHistory"/>.</summary>
internal sealed record StepBlocks(SignatureScope Scope, ISignatureEnvelope Envelope)
{
    private const string NoText = "[no text]";

    private string Provider => Scope.Provider;

    private string Family => Scope.Family;

    public IReadOnlyList<RenderedBlock> Render(HistoryTurn turn)
    {
        var key = (nameof(StepBlocks), Scope);
        return turn.Rendered(key, t => (IReadOnlyList<RenderedBlock>)[.. t.Steps.SelectMany(Render)], blocks => blocks.Sum(b => b.Json.Length + 200L));
    }

    /// <summary>The same call or result under another id.</summary>
    public static RenderedBlock WithCallId(RenderedBlock block, string id) => block.Kind == BlockKind.Call
        ? Call(block.Source!, id)
        : Result(block.Source!, id);

    /// <summary>The name under which a call stands in a request.</summary>
    public static string FunctionOf(Step call) => WireNames.Fit(ToolFunctionNames.Of(call));

    private IEnumerable<RenderedBlock> Render(HistoryStep step)
    {
        // What the service itself made goes back as it came (P-2).
        if (step.State is { Data: { ValueKind: JsonValueKind.Array } blocks } state && state.Provider == Provider && state.Family == Family)
        {
            return blocks.EnumerateArray().Select(b => RenderedBlock.Assistant(BlockJson.Raw(b)));
        }

        return step.Step switch
        {
            UserInputStep input => Input(input),
            ModelOutputStep output => Output(output),
            ThoughtStep thought => Thought(thought),
            ICallStep => [Call(step, CallId(step))],
            IResultStep => [Result(step, CallId(step))],
            _ => [],
        };
    }

    private static IEnumerable<RenderedBlock> Input(UserInputStep input)
    {
        var blocks = input.Content.Select(MediaBlocks.Render).OfType<byte[]>().ToList();
        return blocks.Count == 0 ? [RenderedBlock.User(BlockJson.Text(NoText))] : blocks.Select(RenderedBlock.User);
    }

    /// <summary>Text of any model; what another model drew is shown as if the user had handed it back, because the service takes no media from its own side.</summary>
    private static IEnumerable<RenderedBlock> Output(ModelOutputStep output)
    {
        foreach (var content in output.Content)
        {
            if (MediaBlocks.Render(content) is not { } block)
            {
                continue;
            }

            if (content is TextContent)
            {
                yield return RenderedBlock.Assistant(block);
                continue;
            }

            yield return RenderedBlock.Assistant(BlockJson.Text($"[{content.Type}: see the next message]"));
            yield return RenderedBlock.User(block);
        }
    }

    private IEnumerable<RenderedBlock> Thought(ThoughtStep thought) =>
        ThoughtToken.Open(Envelope, thought.Signature, Scope) is { } token
            ? [new RenderedBlock(BlockKind.Thinking, IsUser: false, token.Block, Place: token.Place)]
            : []; // another maker's, or lost: the conversation goes on without it (P-3)

    private string CallId(HistoryStep step) => WireNames.Fit(step.CallIdFor(Provider) ?? "");

    private static RenderedBlock Call(HistoryStep source, string id)
    {
        var arguments = source.Step switch
        {
            FunctionCallStep call => call.Arguments,
            McpServerToolCallStep call => call.Arguments,
            var other => Neutral(other).Content,
        };
        return new(BlockKind.Call, IsUser: false, BlockJson.Call(id, FunctionOf(source.Step), arguments), id, source);
    }

    private static RenderedBlock Result(HistoryStep source, string id)
    {
        var (result, isError) = ResultOf(source.Step);
        return new(BlockKind.Result, IsUser: true, ToolResultBlock.Render(id, result, isError), id, source);
    }

    public static (JsonElement Result, bool IsError) ResultOf(Step step) => step switch
    {
        FunctionResultStep result => (result.Result, result.IsError == true),
        McpServerToolResultStep result => (result.Result, result.IsError == true),
        CodeExecutionResultStep result => (result.Result, result.IsError == true),
        var other => Neutral(other),
    };

    /// <summary>A built-in tool's step of another maker: the part of it that is not opaque.</summary>
    private static (JsonElement Content, bool IsError) Neutral(Step step)
    {
        var json = JsonSerializer.SerializeToElement(step, WireJson.Wire.Step);
        var content = json.Member("arguments") ?? json.Member("result") ?? (step is ICallStep ? JsonElement.Parse("{}") : BlockJson.String(""));
        return (content, json.Member("is_error") is { ValueKind: JsonValueKind.True });
    }
}

namespace OpenInteractions.Providers.Anthropic;

/// <summary>Content blocks to steps: neighbouring text is one <c>model_output</c>, every other block a step of its own.</summary>
internal sealed class AnswerSteps(MessagesRequest request, StepBlocks renderer)
{
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}"u8);

    private readonly HashSet<string> _callIds = [];
    private PrefixHash _hash = request.History.Hash;
    private OutputText? _output;

    public IEnumerable<ModelEvent> Start(IncomingBlock block)
    {
        switch (block.Type)
        {
            case "text":
                foreach (var citation in block.Shell.Member("citations") is { ValueKind: JsonValueKind.Array } citations ? citations.EnumerateArray() : default)
                {
                    block.Citations.Add(citation);
                }

                return Text(block, block.Shell.Text("text"));
            case "thinking":
                block.Signature = block.Shell.Text("signature");
                return [.. Close(), new StepStarted(new ThoughtStep()), .. Thought(block, block.Shell.Text("thinking"))];
            case "redacted_thinking":
                return [.. Close(), new StepStarted(new ThoughtStep())];
            case "tool_use":
                return StartCall(block);
            default:
                return []; // the tools that the service runs are told when their blocks are whole
        }
    }

    public IEnumerable<ModelEvent> Piece(IncomingBlock block, JsonElement delta)
    {
        switch (delta.Text("type"))
        {
            case "text_delta":
                return Text(block, delta.Text("text"));
            case "thinking_delta":
                return Thought(block, delta.Text("thinking"));
            case "signature_delta":
                block.Signature += delta.Text("signature");
                return [];
            case "citations_delta" when delta.Member("citation") is { } citation:
                block.Citations.Add(citation);
                return [];
            case "input_json_delta":
                return Arguments(block, delta.Text("partial_json"));
            default:
                return [];
        }
    }

    public IEnumerable<ModelEvent> Stop(IncomingBlock block)
    {
        switch (block.Type)
        {
            case "text":
                return _output?.Add(block) is { } marks ? [new StepPiece(marks)] : [];
            case "thinking" or "redacted_thinking":
                return StopThought(block);
            case "tool_use":
                Advance(block.ToReplay());
                return [new StepStopped()];
            case "server_tool_use":
                return Whole(block, ServerToolBlocks.Call(JsonElement.Parse(block.ToReplay())));
            default:
                return Whole(block, ServerToolBlocks.Result(block.Shell));
        }
    }

    /// <summary>Ends the output that is open, if any.</summary>
    public IEnumerable<ModelEvent> Close()
    {
        if (_output is null)
        {
            return [];
        }

        foreach (var block in _output.ToReplay())
        {
            Advance(block);
        }

        var state = _output.ToState();
        _output = null;
        return [new StepStopped(state)];
    }

    private IEnumerable<ModelEvent> Text(IncomingBlock block, string? fragment)
    {
        if (string.IsNullOrEmpty(fragment))
        {
            return [];
        }

        block.Text.Append(fragment);
        var piece = new StepPiece(new TextDelta { Text = fragment });
        if (_output is not null)
        {
            return [piece];
        }

        _output = new OutputText();
        return [new StepStarted(new ModelOutputStep()), piece];
    }

    private IEnumerable<ModelEvent> Thought(IncomingBlock block, string? fragment)
    {
        if (string.IsNullOrEmpty(fragment))
        {
            return [];
        }

        block.Text.Append(fragment);
        return request.Thinking.Summaries ? [new StepPiece(new ThoughtSummaryDelta { Content = new TextContent { Text = fragment } })] : [];
    }

    private IEnumerable<ModelEvent> StopThought(IncomingBlock block)
    {
        var replay = block.ToReplay();
        var signature = block.Type == "thinking" ? block.Signature : block.Shell.Text("data");
        if (string.IsNullOrEmpty(signature))
        {
            return [new StepStopped()]; // a compatible server that does not sign; nothing can go back
        }

        var token = new ThoughtToken(replay, _hash.Value.ToArray());
        Advance(replay);
        return [new StepPiece(new ThoughtSignatureDelta { Signature = token.Seal(renderer.Envelope, renderer.Scope) }), new StepStopped()];
    }

    private IEnumerable<ModelEvent> StartCall(IncomingBlock block)
    {
        var given = block.Shell.Text("id");
        var id = WireNames.Fit(string.IsNullOrEmpty(given) ? "call" : given);
        for (var n = 2; !_callIds.Add(id); n++)
        {
            id = WireNames.Fit($"{given}_{n}");
        }

        block.CallId = id;
        var shell = new FunctionCallStep { Id = id, Name = request.Tools.NativeName(block.Shell.Text("name") ?? ""), Arguments = NoArguments };
        var whole = block.Shell.Member("input") is { ValueKind: JsonValueKind.Object } input && input.EnumerateObject().Any() ? input.GetRawText() : null;
        return [.. Close(), new StepStarted(shell), .. Arguments(block, whole)];
    }

    private static IEnumerable<ModelEvent> Arguments(IncomingBlock block, string? fragment)
    {
        if (string.IsNullOrEmpty(fragment))
        {
            return [];
        }

        block.Text.Append(fragment);
        return block.Type == "tool_use" ? [new StepPiece(new ArgumentsDelta { Arguments = fragment })] : [];
    }

    private IEnumerable<ModelEvent> Whole(IncomingBlock block, (Step Shell, StepDelta Piece)? step)
    {
        if (step is not var (shell, piece))
        {
            return []; // a kind that has no step of ours
        }

        var closing = Close().ToList();
        var replay = block.ToReplay();
        Advance(replay);
        return [.. closing, new StepStarted(shell), new StepPiece(piece), new StepStopped(OutputText.State([replay]))];
    }

    private void Advance(byte[] replay) => _hash = _hash.Then(isUser: false, replay);
}

using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// Turns the service's events into ours. One reader lives for a whole turn: when the service pauses, the next call goes on in the same reader,
/// and the output that is open stays open.
/// </summary>
internal sealed class AnswerReader(MessagesRequest request, StepBlocks renderer, UnknownReasons unknown) : IAnswer
{
    private readonly AnswerSteps _steps = new(request, renderer);
    private readonly List<byte[]> _replay = [];
    private Usage? _earlier;
    private AnswerUsage _usage = new();
    private int _settledBlocks;
    private readonly List<(int Index, JsonElement Data)> _waiting = [];
    private IncomingBlock? _block;
    private int _blockIndex;

    /// <summary>Why the last call ended.</summary>
    public string? StopReason { get; private set; }

    public bool IsPaused => StopReason == "pause_turn";

    /// <summary>What the model has said so far, as a paused turn gives it back.</summary>
    public IReadOnlyList<byte[]> Replay => _replay;

    /// <summary>The service tells the input at the start of a message and the output at its end.</summary>
    public Usage? UsageSoFar => IsOver ? _earlier : Usage.Sum(_earlier, _usage.ToUsage());

    private JsonElement? StopDetails { get; set; }

    /// <summary>True after the service's last word of this call.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Another call answers, which goes on where the last one paused.</summary>
    public AnswerReader BeginCall()
    {
        // An attempt that failed before its first event may have left blocks without content behind.
        _replay.RemoveRange(_settledBlocks, _replay.Count - _settledBlocks);
        _usage = new AnswerUsage();
        _waiting.Clear();
        (StopReason, StopDetails, _block, IsOver) = (null, null, null, false);
        return this;
    }

    public void OnFrame(ReadOnlyMemory<byte> frame, List<ModelEvent> output)
    {
        var data = UpstreamJson.Parse(frame.Span);
        // The type stands in the data too, and that is what all clients go by.
        switch (data.Text("type"))
        {
            case "message_start":
                _usage.Read(data.Member("message")?.Member("usage"));
                break;
            case "content_block_start" or "content_block_delta" or "content_block_stop":
                OnBlock(data, output);
                break;
            case "message_delta":
                _usage.Read(data.Member("usage"));
                ReadStop(data.Member("delta"));
                break;
            case "message_stop":
                StopBlocks(output);
                EndCall();
                break;
            case "error":
                throw AnthropicErrors.FromEvent(data);
            default:
                break; // pings, and what the service may add
        }
    }

    /// <summary>
    /// The service sends one block after the other. Compatible servers write several at once: what belongs to another block than the one that is open
    /// waits until that has stopped (behaviour SE-5).
    /// </summary>
    private void OnBlock(JsonElement data, List<ModelEvent> output)
    {
        var index = data.Member("index") is { ValueKind: JsonValueKind.Number } place && place.TryGetInt32(out var number) ? number : _blockIndex;
        if (_block is not null && index != _blockIndex)
        {
            _waiting.Add((index, data));
            return;
        }

        TakeBlock(index, data, output);
        while (_block is null && _waiting.Count > 0)
        {
            var next = _waiting[0].Index;
            var own = _waiting.Where(w => w.Index == next).ToList();
            _waiting.RemoveAll(w => w.Index == next);
            own.ForEach(w => TakeBlock(next, w.Data, output));
        }
    }

    private void TakeBlock(int index, JsonElement data, List<ModelEvent> output)
    {
        switch (data.Text("type"))
        {
            case "content_block_start":
                StopBlock(output); // of a server that forgets to
                (_block, _blockIndex) = (new IncomingBlock(data.Member("content_block") ?? throw UpstreamFailureException.Malformed()), index);
                output.AddRange(_steps.Start(_block));
                break;
            case "content_block_delta":
                // Of a block that never began nobody knows what it is: to pass over it would lose what the model said.
                output.AddRange(_steps.Piece(_block ?? throw UpstreamFailureException.Malformed(), data.Member("delta") ?? throw UpstreamFailureException.Malformed()));
                break;
            case "content_block_stop":
                StopBlock(output);
                break;
        }
    }

    private void StopBlock(List<ModelEvent> output)
    {
        if (_block is { } block)
        {
            Keep(block);
            output.AddRange(_steps.Stop(block));
            _block = null;
        }
    }

    /// <summary>The message is over, and with it whatever block has not been told to stop.</summary>
    private void StopBlocks(List<ModelEvent> output)
    {
        StopBlock(output);
        foreach (var index in _waiting.Select(w => w.Index).Distinct().ToList())
        {
            foreach (var (_, data) in _waiting.Where(w => w.Index == index))
            {
                TakeBlock(index, data, output);
            }

            StopBlock(output);
        }

        _waiting.Clear();
    }

    /// <summary>Some compatible servers answer a streaming call with one object.</summary>
    public void OnWhole(JsonElement message, List<ModelEvent> output)
    {
        if (message.Member("content") is not { ValueKind: JsonValueKind.Array } content)
        {
            throw message.Member("error") is null ? UpstreamFailureException.Malformed() : AnthropicErrors.FromEvent(message);
        }

        foreach (var shell in content.EnumerateArray())
        {
            var block = new IncomingBlock(shell);
            output.AddRange(_steps.Start(block));
            output.AddRange(_steps.Stop(block));
            Keep(block);
        }

        _usage.Read(message.Member("usage"));
        ReadStop(message);
        EndCall();
    }

    public void OnEnd(List<ModelEvent> output)
    {
        if (!IsOver)
        {
            throw UpstreamFailureException.Incomplete();
        }
    }

    /// <summary>Closes what is open and says how it ended.</summary>
    public IEnumerable<ModelEvent> Finish()
    {
        foreach (var modelEvent in _steps.Close())
        {
            yield return modelEvent;
        }

        if (StopReason is { } reason && reason is not ("end_turn" or "stop_sequence" or "tool_use" or "max_tokens" or "model_context_window_exceeded" or "refusal" or "pause_turn"))
        {
            unknown.Note(reason);
        }

        yield return StopReason switch
        {
            "max_tokens" or "model_context_window_exceeded" => new ModelStopped(ModelStopReason.TokenLimit, _earlier),
            "refusal" => new ModelStopped(ModelStopReason.Blocked, _earlier, Refusal()),
            _ => new ModelStopped(ModelStopReason.Finished, _earlier),
        };
    }

    private void EndCall()
    {
        IsOver = true;
        _settledBlocks = _replay.Count;
        _earlier = Usage.Sum(_earlier, _usage.ToUsage());
    }

    private void Keep(IncomingBlock block)
    {
        if (!block.IsBlank)
        {
            _replay.Add(block.ToReplay());
        }
    }

    private void ReadStop(JsonElement? delta)
    {
        StopReason = delta?.Text("stop_reason") ?? StopReason;
        StopDetails = delta?.Member("stop_details") ?? StopDetails;
    }

    private ModelFault Refusal()
    {
        var category = StopDetails?.Text("category");
        var explanation = StopDetails?.Text("explanation");
        var why = category is null ? "" : $" (category: {category})";
        return new ModelFault(ErrorCode.Safety, explanation is null ? $"The model refused to go on{why}." : $"The model refused to go on{why}: {Redaction.Clean(explanation)}");
    }
}

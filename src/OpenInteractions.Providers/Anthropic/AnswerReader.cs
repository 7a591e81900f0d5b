using System.Runtime.CompilerServices;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// Turns the service's events into ours. One reader lives for a whole turn: when the service pauses, the next call goes on in the same reader,
/// and the output that is open stays open.
/// </summary>
internal sealed class AnswerReader(MessagesRequest request, StepBlocks renderer)
{
    private readonly AnswerSteps _steps = new(request, renderer);
    private readonly List<byte[]> _replay = [];
    private Usage? _earlier;
    private AnswerUsage _usage = new();
    private int _settledBlocks;

    /// <summary>Why the last call ended.</summary>
    public string? StopReason { get; private set; }

    public bool IsPaused => StopReason == "pause_turn";

    /// <summary>What the model has said so far, as a paused turn gives it back.</summary>
    public IReadOnlyList<byte[]> Replay => _replay;

    private JsonElement? StopDetails { get; set; }

    /// <summary>Reads one call's answer to its last word.</summary>
    public async IAsyncEnumerable<ModelEvent> ReadAsync(UpstreamResponse response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BeginCall();
        if (!response.IsEventStream)
        {
            var message = await response.JsonAsync(cancellationToken).ConfigureAwait(false);
            foreach (var modelEvent in ReadWhole(message))
            {
                yield return modelEvent;
            }

            yield break;
        }

        IncomingBlock? block = null;
        await foreach (var (_, data) in response.EventsAsync(cancellationToken).ConfigureAwait(false))
        {
            // The type stands in the data too, and that is what all clients go by.
            switch (data.Text("type"))
            {
                case "message_start":
                    _usage.Read(data.Member("message")?.Member("usage"));
                    break;
                case "content_block_start":
                    block = new IncomingBlock(data.Member("content_block") ?? throw UpstreamFailureException.Malformed());
                    foreach (var modelEvent in _steps.Start(block))
                    {
                        yield return modelEvent;
                    }

                    break;
                case "content_block_delta" when block is not null && data.Member("delta") is { } delta:
                    foreach (var modelEvent in _steps.Piece(block, delta))
                    {
                        yield return modelEvent;
                    }

                    break;
                case "content_block_stop" when block is not null:
                    Keep(block);
                    foreach (var modelEvent in _steps.Stop(block))
                    {
                        yield return modelEvent;
                    }

                    block = null;
                    break;
                case "message_delta":
                    _usage.Read(data.Member("usage"));
                    ReadStop(data.Member("delta"));
                    break;
                case "message_stop":
                    EndCall();
                    yield break;
                case "error":
                    throw AnthropicErrors.FromEvent(data);
                default:
                    break; // pings, and what the service may add
            }
        }

        throw UpstreamFailureException.Incomplete();
    }

    /// <summary>Closes what is open and says how it ended.</summary>
    public IEnumerable<ModelEvent> Finish()
    {
        foreach (var modelEvent in _steps.Close())
        {
            yield return modelEvent;
        }

        yield return StopReason switch
        {
            "max_tokens" or "model_context_window_exceeded" => new ModelStopped(ModelStopReason.TokenLimit, _earlier),
            "refusal" => new ModelStopped(ModelStopReason.Blocked, _earlier, Refusal()),
            _ => new ModelStopped(ModelStopReason.Finished, _earlier),
        };
    }

    private void BeginCall()
    {
        // An attempt that failed before its first event may have left blocks without content behind.
        _replay.RemoveRange(_settledBlocks, _replay.Count - _settledBlocks);
        _usage = new AnswerUsage();
        StopReason = null;
        StopDetails = null;
    }

    private void EndCall()
    {
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

    /// <summary>Some compatible servers answer a streaming call with one object.</summary>
    private IEnumerable<ModelEvent> ReadWhole(JsonElement message)
    {
        if (message.Member("content") is not { ValueKind: JsonValueKind.Array } content)
        {
            throw message.Member("error") is null ? UpstreamFailureException.Malformed() : AnthropicErrors.FromEvent(message);
        }

        foreach (var shell in content.EnumerateArray())
        {
            var block = new IncomingBlock(shell);
            foreach (var modelEvent in _steps.Start(block).Concat(_steps.Stop(block)))
            {
                yield return modelEvent;
            }

            Keep(block);
        }

        _usage.Read(message.Member("usage"));
        ReadStop(message);
        EndCall();
    }

    private ModelFault Refusal()
    {
        var category = StopDetails?.Text("category");
        var explanation = StopDetails?.Text("explanation");
        var why = category is null ? "" : $" (category: {category})";
        return new ModelFault(ErrorCode.Safety, explanation is null ? $"The model refused to go on{why}." : $"The model refused to go on{why}: {Redaction.Clean(explanation)}");
    }
}

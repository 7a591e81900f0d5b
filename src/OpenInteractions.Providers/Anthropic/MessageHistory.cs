namespace OpenInteractions.Providers.Anthropic;

/// <summary>Which signed thinking goes back to the model that made it.</summary>
internal enum ThinkingReplay
{
    /// <summary>All of it.</summary>
    All,

    /// <summary>What stands exactly where it was made (see <see cref="PrefixHash"/>).</summary>
    InPlace,

    /// <summary>None: the service has refused it.</summary>
    None,
}

/// <summary>
/// The conversation as the service wants it: roles alternate, all results of one answer stand first in one user message, every call has its result,
/// ids are unique, and thinking goes back only where it came from.
/// </summary>
internal sealed class MessageHistory
{
    private readonly List<Message> _messages = [];
    private readonly HashSet<string> _callIds = [];
    private PrefixHash _hash;

    private MessageHistory(PrefixHash start) => _hash = start;

    /// <summary>The place at which the answer begins.</summary>
    public PrefixHash Hash => _hash;

    /// <summary>True while the model waits for results and its last message does not begin with thinking: budgets are refused then.</summary>
    public bool OpenLoopLacksThinking =>
        _messages.Count >= 2 && _messages[^1].Blocks[0].Kind == BlockKind.Result && _messages[^2].Blocks[0].Kind != BlockKind.Thinking;

    /// <param name="start">Hash of tools and system.</param>
    /// <param name="replay">Which thinking goes back.</param>
    public static MessageHistory Of(IReadOnlyList<HistoryTurn> turns, StepBlocks renderer, PrefixHash start, ThinkingReplay replay)
    {
        var history = new MessageHistory(start);
        foreach (var run in Runs(turns.SelectMany(renderer.Render)))
        {
            if (run[0].IsUser)
            {
                history.AddUser(run);
            }
            else
            {
                history.AddAssistant(run, replay);
            }
        }

        if (history._messages.Count == 0 || !history._messages[^1].IsUser)
        {
            // Newer models refuse a conversation that ends with their own words.
            history.AddUser([RenderedBlock.User(BlockJson.Text("Continue."))]);
        }

        return history;
    }

    /// <summary>The functions that were called, as the service knows them, in order.</summary>
    public static IReadOnlyList<string> Called(IReadOnlyList<HistoryTurn> turns, StepBlocks renderer) =>
        [.. turns.SelectMany(renderer.Render).Where(b => b.Kind == BlockKind.Call).Select(b => StepBlocks.FunctionOf(b.Source!.Step))];

    public void Write(Utf8JsonWriter writer, bool cached, IReadOnlyList<byte[]> pausedAnswer)
    {
        var marked = cached ? _messages.Where(m => m.IsUser).TakeLast(2).ToHashSet() : [];
        writer.WriteStartArray("messages");
        foreach (var message in _messages)
        {
            writer.WriteStartObject();
            writer.WriteString("role", message.IsUser ? "user" : "assistant");
            writer.WriteStartArray("content");
            for (var i = 0; i < message.Blocks.Count; i++)
            {
                var json = message.Blocks[i].Json;
                writer.WriteRawValue(i == message.Blocks.Count - 1 && marked.Contains(message) ? CacheMark.Add(json) : json, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        if (pausedAnswer.Count > 0)
        {
            writer.WriteStartObject();
            writer.WriteString("role", "assistant");
            writer.WriteStartArray("content");
            foreach (var block in pausedAnswer)
            {
                writer.WriteRawValue(block, skipInputValidation: true);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static IEnumerable<List<RenderedBlock>> Runs(IEnumerable<RenderedBlock> blocks)
    {
        List<RenderedBlock> run = [];
        foreach (var block in blocks)
        {
            if (run.Count > 0 && run[0].IsUser != block.IsUser)
            {
                yield return run;
                run = [];
            }

            run.Add(block);
        }

        if (run.Count > 0)
        {
            yield return run;
        }
    }

    private void AddAssistant(List<RenderedBlock> run, ThinkingReplay replay)
    {
        if (_messages.Count == 0)
        {
            AddUser([RenderedBlock.User(BlockJson.Text("Begin."))]);
        }

        var kept = new List<RenderedBlock>(run.Count);
        var calls = new List<(string Native, string Id)>();
        var hash = _hash;
        // The service takes no message that ends in thinking, such as an answer that a limit cut off there.
        var end = run.FindLastIndex(b => b.Kind != BlockKind.Thinking) + 1;
        foreach (var block in run[..end])
        {
            if (block.Kind == BlockKind.Thinking && (replay == ThinkingReplay.None || (replay == ThinkingReplay.InPlace && !hash.Value.SequenceEqual(block.Place))))
            {
                continue;
            }

            var next = block;
            if (block.Kind == BlockKind.Call)
            {
                next = Unique(block);
                calls.Add((((ICallStep)block.Source!.Step).Id, next.CallId!));
            }

            kept.Add(next);
            hash = hash.Then(next);
        }

        if (kept.Count > 0)
        {
            Add(new Message(IsUser: false, kept, calls));
        }
    }

    private void AddUser(List<RenderedBlock> run)
    {
        var open = _messages.Count > 0 ? _messages[^1].Calls.ToList() : [];
        var results = new List<RenderedBlock>();
        var rest = new List<RenderedBlock>();
        foreach (var block in run)
        {
            // Native ids pair a result with its call, whether or not the result carries the state of the call.
            var match = block.Kind == BlockKind.Result ? open.FindIndex(c => c.Native == ((IResultStep)block.Source!.Step).CallId) : -1;
            if (match >= 0)
            {
                results.Add(open[match].Id == block.CallId ? block : StepBlocks.WithCallId(block, open[match].Id));
                open.RemoveAt(match);
            }
            else
            {
                rest.Add(block.Kind == BlockKind.Result ? Orphan(block) : block);
            }
        }

        results.AddRange(open.Select(c => new RenderedBlock(BlockKind.Result, IsUser: true, ToolResultBlock.Missing(c.Id), c.Id)));
        if (_messages.Count > 0 && _messages[^1].IsUser)
        {
            // The message between the two had nothing that may be sent.
            _messages[^1].Blocks.AddRange(rest);
            rest.ForEach(b => _hash = _hash.Then(b));
            return;
        }

        Add(new Message(IsUser: true, [.. results, .. rest], []));
    }

    private void Add(Message message)
    {
        _messages.Add(message);
        message.Blocks.ForEach(b => _hash = _hash.Then(b));
    }

    /// <summary>Some compatible servers count their ids anew in each answer; the service refuses an id that occurs twice (P-4).</summary>
    private RenderedBlock Unique(RenderedBlock call)
    {
        var id = call.CallId!;
        for (var n = 2; !_callIds.Add(id); n++)
        {
            id = WireNames.Fit($"{call.CallId}_{n}");
        }

        return id == call.CallId ? call : StepBlocks.WithCallId(call, id);
    }

    private static RenderedBlock Orphan(RenderedBlock result) =>
        RenderedBlock.User(ToolResultBlock.AsText(result.Source!.CallName, StepBlocks.ResultOf(result.Source.Step).Result));

    private sealed record Message(bool IsUser, List<RenderedBlock> Blocks, List<(string Native, string Id)> Calls);
}

using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Turns;
using static OpenInteractions.Engine.Interactions.Requirement;

namespace OpenInteractions.Engine.Interactions;

/// <summary>What must hold inside <c>input</c>: calls and results pair up (behaviour FN-1 to FN-3), media are complete (behaviour MM-1).</summary>
internal static class InputRules
{
    /// <summary>An input may have as many steps as an interaction.</summary>
    public static void RequireRoom(InteractionInput? input, int maxSteps) =>
        Require(input is null || input.Steps.Count <= maxSteps, "input", $"'input' has {input?.Steps.Count} steps; an interaction may have at most {maxSteps}.");

    /// <param name="input">The input.</param>
    /// <param name="owed">Calls of the parent that wait for their answers.</param>
    /// <param name="parentId">The parent, or null.</param>
    /// <exception cref="ApiException">The input is wrong; the message names the place and the remedy.</exception>
    public static void Check(InteractionInput? input, IReadOnlyList<PendingCall> owed, string? parentId)
    {
        if (input is null)
        {
            throw Wrong("input", "Missing required parameter 'input': give text, content blocks or steps.");
        }

        Require(input.Steps.Count > 0, "input", "'input' may not be empty.");
        Require(input.Steps.Any(SaysAnything), "input", "'input' holds nothing for the model: thoughts and empty output alone are no turn. Add a 'user_input' step.");
        if (owed.Count > 0 || input.Steps.Any(s => s is ICallStep or IResultStep))
        {
            new Pairing(input, owed, parentId).Check();
        }

        for (var i = 0; i < input.Steps.Count; i++)
        {
            CheckContent(input, i);
        }

        foreach (var (media, path) in MediaOf(input, withThoughts: true))
        {
            MediaRules.Check(media, path);
        }
    }

    /// <summary>False for a step of which no provider sends anything: a thought is of use to the model alone that made it, beside what it thought about.</summary>
    private static bool SaysAnything(Step step) => step switch
    {
        ThoughtStep => false,
        ModelOutputStep output => output.Content is { } content && content.Any(b => b is not TextContent { Text.Length: 0 }),
        _ => true,
    };

    /// <summary>The kinds of content in steps.</summary>
    public static Modalities ModalitiesOf(IEnumerable<Step> steps)
    {
        var found = Modalities.None;
        foreach (var step in steps)
        {
            foreach (var block in ContentOf(step))
            {
                found |= ModalityOf(block);
            }
        }

        return found;
    }

    /// <summary>The path of the first content of one of these kinds, as the client wrote it.</summary>
    public static string PathOfFirst(InteractionInput input, Modalities kinds)
    {
        for (var i = 0; i < input.Steps.Count; i++)
        {
            var blocks = ContentOf(input.Steps[i]);
            for (var j = 0; j < blocks.Count; j++)
            {
                if ((ModalityOf(blocks[j]) & kinds) != Modalities.None)
                {
                    return input.PathOf(i, MemberOf(input.Steps[i]), j);
                }
            }
        }

        return "input";
    }

    public static Modalities ModalityOf(ContentBlock block) => block switch
    {
        TextContent => Modalities.Text,
        ImageContent => Modalities.Image,
        AudioContent => Modalities.Audio,
        VideoContent => Modalities.Video,
        DocumentContent => Modalities.Document,
        _ => Modalities.None,
    };

    /// <summary>The member of a step that holds its content.</summary>
    public static string MemberOf(Step step) => step switch
    {
        UserInputStep or ModelOutputStep => "content",
        ThoughtStep => "summary",
        FunctionResultStep { Result.ValueKind: JsonValueKind.Object } or CodeExecutionResultStep { Result.ValueKind: JsonValueKind.Object }
            or McpServerToolResultStep { Result.ValueKind: JsonValueKind.Object } => "result.content",
        _ => "result",
    };

    /// <summary>Media of an input with their places, wherever they stand.</summary>
    /// <param name="input">The input.</param>
    /// <param name="withThoughts">False leaves out those in summaries of thoughts, which no provider is sent.</param>
    public static IEnumerable<(MediaContent Media, string Path)> MediaOf(InteractionInput input, bool withThoughts)
    {
        for (var i = 0; i < input.Steps.Count; i++)
        {
            var blocks = input.Steps[i] is ThoughtStep thought ? (withThoughts ? thought.Summary : null) ?? [] : ContentOf(input.Steps[i]);
            for (var j = 0; j < blocks.Count; j++)
            {
                if (blocks[j] is MediaContent media)
                {
                    yield return (media, input.PathOf(i, MemberOf(input.Steps[i]), j));
                }
            }
        }
    }

    /// <summary>Content blocks in a step, those of a result included.</summary>
    public static IReadOnlyList<ContentBlock> ContentOf(Step step) => step switch
    {
        UserInputStep user => user.Content,
        ModelOutputStep model => model.Content,
        FunctionResultStep result => ToolResult.Blocks(result.Result) ?? [],
        CodeExecutionResultStep result => ToolResult.Blocks(result.Result) ?? [],
        McpServerToolResultStep result => ToolResult.Blocks(result.Result) ?? [],
        _ => [],
    };

    private static void CheckContent(InteractionInput input, int index)
    {
        var step = input.Steps[index];
        if (step is UserInputStep user)
        {
            Require(user.Content.Count > 0, $"{input.PathOf(index, "content")}", $"'{input.PathOf(index, "content")}' may not be empty.");
            Require(user.Content.Any(b => b is not TextContent { Text.Length: 0 }), $"{input.PathOf(index, "content")}", $"'{input.PathOf(index, "content")}' holds nothing but empty text.");
        }

        for (var i = 0; step is ThoughtStep { Summary: { } summary } && i < summary.Count; i++)
        {
            var path = input.PathOf(index, "summary", i);
            Require(summary[i] is TextContent or ImageContent, $"{path}.type", $"Invalid value '{Excerpt.Of(summary[i].Type)}' for '{path}.type': the summary of a thought holds 'text' and 'image' alone.");
        }
    }

    /// <summary>Follows calls and results through the input.</summary>
    private sealed class Pairing(InteractionInput input, IReadOnlyList<PendingCall> owed, string? parentId)
    {
        private readonly Dictionary<string, OpenCall> _open = owed.ToDictionary(c => c.Id, c => new OpenCall(c.Name, FunctionCallStep.TypeName, null), StringComparer.Ordinal);
        private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
        private readonly HashSet<string> _own = new(StringComparer.Ordinal);

        public void Check()
        {
            var steps = input.Steps;
            for (var i = 0; i < steps.Count; i++)
            {
                switch (steps[i])
                {
                    case ICallStep call:
                        Require(_own.Add(call.Id) && _open.TryAdd(call.Id, new OpenCall(steps[i].Type, steps[i].Type, i)), $"{input.PathOf(i)}.id", $"Duplicate call id '{Excerpt.Of(call.Id)}' in '{input.PathOf(i)}.id': every call needs its own.");
                        break;
                    case IResultStep result:
                        Answer(result.CallId, steps[i].Type, i);
                        break;
                    case UserInputStep or ModelOutputStep when _open.Keys.FirstOrDefault(_own.Contains) is { } unanswered:
                        throw Wrong(input.PathOf(i), $"'{input.PathOf(i)}' comes before the result of call '{Excerpt.Of(unanswered)}': put a result step with that 'call_id' right after the call.");
                }
            }

            if (_open.Count > 0)
            {
                var missing = string.Join(", ", _open.Select(c => $"'{Excerpt.Of(c.Key)}' ({Excerpt.Of(c.Value.Name)})" + (c.Value.Index is { } at ? $" in '{input.PathOf(at)}'" : "")));
                var results = string.Join(" or ", _open.Values.Select(c => $"'{c.ResultType}'").Distinct());
                throw Wrong("input", $"These calls have no result: {missing}. Send one {results} step for each, all in one request.");
            }
        }

        private void Answer(string callId, string type, int index)
        {
            Require(!_answered.Contains(callId), $"{input.PathOf(index)}.call_id", $"'{input.PathOf(index)}.call_id' answers call '{Excerpt.Of(callId)}' a second time.");
            if (!_open.Remove(callId, out var call))
            {
                var path = $"{input.PathOf(index)}.call_id";
                throw Wrong(path, parentId is null
                    ? $"'{path}' answers '{Excerpt.Of(callId)}', which is no call of this input. Set 'previous_interaction_id' to the interaction that made the call, or send the call step before its result."
                    : $"'{path}' answers '{Excerpt.Of(callId)}', which is no open call of '{parentId}' or of this input: it was never made, or was answered before.");
            }

            Require(type == call.ResultType, $"{input.PathOf(index)}.type", $"'{input.PathOf(index)}' is a '{type}', and answers the '{call.Type}' '{Excerpt.Of(callId)}': its result is a '{call.ResultType}'.");
            _answered.Add(callId);
        }

        /// <param name="Name">What a message calls it.</param>
        /// <param name="Type">Its step's type.</param>
        /// <param name="Index">Where it stands in the input; null for a call of the turn before.</param>
        private readonly record struct OpenCall(string Name, string Type, int? Index)
        {
            /// <summary>The wire names them in pairs: <c>X_call</c>, <c>X_result</c> (wire 6).</summary>
            public string ResultType => Type[..^"call".Length] + "result";
        }
    }
}

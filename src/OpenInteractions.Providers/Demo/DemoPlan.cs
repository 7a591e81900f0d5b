using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Demo;

/// <summary>Decides what to do, by the first rule that applies.</summary>
internal static class DemoPlan
{
    public static DemoReply For(ModelRequest request)
    {
        var conversation = new Conversation(request);
        return For(request, conversation);
    }

    public static DemoReply For(ModelRequest request, Conversation conversation)
    {
        if (BlockPlan.Next(request, conversation, out var isWork) is { } block)
        {
            return DemoReply.Of([block], "The prompt has a fenced block that is still to be done.", "I do the blocks one after the other, as they stand.");
        }

        if (!isWork && CallPlan.Next(request, conversation) is { Count: > 0 } calls)
        {
            return DemoReply.Of(calls);
        }

        if (JsonAnswer.Schema(request.ResponseFormats) is { } schema)
        {
            return DemoReply.Of(JsonAnswer.Write(schema, conversation), "The answer has to be JSON.", "I fill the schema with values of the prompt, and with samples where it has none.");
        }

        // Exact texts carry no notice: they are what was asked for and nothing else.
        if (ExactText.Of(conversation.Prompt) is { } exact && conversation.Results.Count == 0)
        {
            return exact;
        }

        var (text, why) = FreeAnswer(conversation, [.. request.Functions.Select(f => f.Name)]);
        return DemoReply.Of(conversation.WasNoticeGiven ? text : $"{text}\n\n{Conversation.Notice}", [.. why]);
    }

    private static (string Text, IReadOnlyList<string> Why) FreeAnswer(Conversation conversation, IReadOnlyList<string> functions)
    {
        var parts = new List<string>();
        var why = new List<string>();
        if (conversation.Results.Count > 0)
        {
            parts.Add(ResultReport.Of(conversation.Results));
            why.Add("There are results to tell of.");
        }

        if (MediaReport.Of(conversation) is { Length: > 0 } media)
        {
            parts.Add(media);
            why.Add("There are media to describe; I can only read their headers.");
        }

        // A prompt whose calls were made is answered by their results.
        if (conversation.Results.Count == 0 && Recall.Answer(conversation) is { } recalled)
        {
            parts.Add(recalled);
            why.Add("The history has what is asked for, or should have it.");
        }

        if (parts.Count == 0)
        {
            parts.Add(Fallback(conversation.Prompt, functions));
            why.Add("No rule knows this prompt.");
        }

        return (string.Join("\n\n", parts), why);
    }

    private static string Fallback(string prompt, IReadOnlyList<string> functions)
    {
        var heard = prompt.Trim() switch
        {
            "" => "Nothing was asked.",
            { Length: > 400 } text => $"You wrote {text.Length} characters, which begin with: \"{text[..400].TrimEnd()}…\"",
            var text => $"You said: \"{text}\"",
        };
        var offer = functions.Count == 0
            ? "I can recall what you tell me (\"my name is Ada\"), count (\"count to 20 slowly\"), repeat (\"echo: hello\"), describe media and fill JSON schemas."
            : $"I can call {string.Join(", ", functions.Take(8))} when you name {(functions.Count == 1 ? "it" : "one")}.";
        return $"{heard} {offer}";
    }
}

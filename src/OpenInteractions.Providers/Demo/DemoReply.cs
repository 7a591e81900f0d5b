using System.Text.Json.Nodes;

namespace OpenInteractions.Providers.Demo;

/// <summary>What the demo model is going to do: calls, or a text. Never both, as a call waits for its result.</summary>
/// <param name="Calls">The calls, all at once.</param>
/// <param name="Pieces">The text in the pieces in which it is streamed, made while they are taken.</param>
/// <param name="Why">What led to it, for the thought.</param>
internal sealed record DemoReply(IReadOnlyList<PlannedCall> Calls, IEnumerable<string> Pieces, IReadOnlyList<string> Why)
{
    public static DemoReply Of(IReadOnlyList<PlannedCall> calls) =>
        Of(calls, $"The prompt names {string.Join(" and ", calls.Select(c => c.Name))}.", "I take the arguments from the prompt, and what it lacks from the schema.");

    public static DemoReply Of(IReadOnlyList<PlannedCall> calls, params string[] why) => new(calls, [], why);

    public static DemoReply Of(string text, params string[] why) => new([], DemoTokens.Split(text), why);
}

/// <summary>A call to make.</summary>
internal sealed record PlannedCall(string Name, JsonObject Arguments);

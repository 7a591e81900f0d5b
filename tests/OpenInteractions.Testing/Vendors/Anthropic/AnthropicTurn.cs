using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>What the model does in one answer, written as a sentence: <c>AnthropicTurn.Thinks("…").Says("…").Calls("f", "{}")</c>.</summary>
public sealed record AnthropicTurn
{
    internal ImmutableList<Block> Blocks { get; private init; } = [];

    internal string? StopReason { get; private init; }

    internal string? StopSequence { get; private init; }

    internal JsonObject? StopDetails { get; private init; }

    internal (string Type, string Message)? StreamError { get; private init; }

    internal int ThinkingTokens { get; private init; }

    internal int PingsBetween { get; private init; }

    public static AnthropicTurn Empty { get; } = new();

    /// <summary>Text, one delta per fragment.</summary>
    public AnthropicTurn Says(params string[] fragments) => With(new Block.Text([.. fragments], []));

    /// <summary>A text block with citations, as the service splits its text.</summary>
    public AnthropicTurn Cites(string text, params string[] citations) => With(new Block.Text([text], [.. citations]));

    /// <summary>A signed thinking block. It is left out when the request does not let the model think, as the service does.</summary>
    public AnthropicTurn Thinks(params string[] fragments) => With(new Block.Thinking([.. fragments]));

    public AnthropicTurn ThinksUnreadably() => With(new Block.Redacted());

    /// <summary>A call of a client tool; the fragments of its input may be empty, and none at all stands for <c>{}</c>.</summary>
    public AnthropicTurn Calls(string name, params string[] fragments) => With(new Block.ToolUse(name, [.. fragments], Id: null));

    /// <summary>A call with an id of the test's choice, for services that repeat ids.</summary>
    public AnthropicTurn CallsWithId(string id, string name, params string[] fragments) => With(new Block.ToolUse(name, [.. fragments], id));

    /// <summary>A block that arrives whole, such as <c>server_tool_use</c> or <c>web_search_tool_result</c>.</summary>
    public AnthropicTurn Emits(string json) => With(new Block.Raw(json));

    public AnthropicTurn Stops(string reason) => this with { StopReason = reason };

    public AnthropicTurn StopsAt(string sequence) => this with { StopReason = "stop_sequence", StopSequence = sequence };

    public AnthropicTurn Refuses(string? category, string? explanation) => this with
    {
        StopReason = "refusal",
        StopDetails = new JsonObject { ["type"] = "refusal", ["category"] = category, ["explanation"] = explanation },
    };

    /// <summary>After the blocks an <c>error</c> event takes the place of the end.</summary>
    public AnthropicTurn ThenFails(string type, string message) => this with { StreamError = (type, message) };

    public AnthropicTurn WithThinkingTokens(int tokens) => this with { ThinkingTokens = tokens };

    /// <summary>Puts pings between the deltas.</summary>
    public AnthropicTurn Pings(int times) => this with { PingsBetween = times };

    private AnthropicTurn With(Block block) => this with { Blocks = Blocks.Add(block) };

    internal abstract record Block
    {
        public sealed record Text(ImmutableArray<string> Fragments, ImmutableArray<string> Citations) : Block;

        public sealed record Thinking(ImmutableArray<string> Fragments) : Block;

        public sealed record Redacted : Block;

        public sealed record ToolUse(string Name, ImmutableArray<string> Fragments, string? Id) : Block;

        public sealed record Raw(string Json) : Block;
    }
}

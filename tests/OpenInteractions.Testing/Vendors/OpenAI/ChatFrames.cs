using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

/// <summary>Frames of a Chat Completions stream, one by one, for tests that hold a stream at a frame.</summary>
public static class ChatFrames
{
    public const string Done = "data: [DONE]\n\n";

    public static string Text(string text) => Chunk(new JsonObject { ["content"] = text }, finish: null);

    public static string Thought(string text) => Chunk(new JsonObject { ["reasoning_content"] = text }, finish: null);

    public static string Call(int index, string id, string name, string arguments) => Chunk(
        new JsonObject
        {
            ["tool_calls"] = new JsonArray(new JsonObject
            {
                ["index"] = index, ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = name, ["arguments"] = arguments },
            }),
        },
        finish: null);

    public static string Finish(string reason = "stop") => Chunk([], reason);

    public static string Usage(int input, int output) => Sse.Frame(new JsonObject
    {
        ["id"] = "chatcmpl-1", ["object"] = "chat.completion.chunk", ["created"] = 1, ["model"] = "scripted", ["choices"] = new JsonArray(),
        ["usage"] = new JsonObject { ["prompt_tokens"] = input, ["completion_tokens"] = output, ["total_tokens"] = input + output },
    }.ToJsonString());

    /// <summary>A whole answer, one frame per piece.</summary>
    public static IReadOnlyList<string> Answer(params string[] pieces) => [.. pieces.Select(Text), Finish(), Usage(10, pieces.Length), Done];

    private static string Chunk(JsonObject delta, string? finish) => Sse.Frame(new JsonObject
    {
        ["id"] = "chatcmpl-1", ["object"] = "chat.completion.chunk", ["created"] = 1, ["model"] = "scripted",
        ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
    }.ToJsonString());
}

using System.Text.Json;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Tools.Tests.Mixed;

/// <summary>The calls and results that a vendor was sent, and the functions that its model was offered, read from the vendor's own wire.</summary>
/// <param name="Functions">Names of the functions, in the order of their declarations.</param>
/// <param name="OtherTools">Types of what was declared besides functions.</param>
/// <param name="Calls">In order.</param>
/// <param name="Results">In order, by the id of their call.</param>
/// <param name="Entries">The whole conversation, entry by entry, as it was written.</param>
internal sealed record SentConversation(
    IReadOnlyList<string> Functions, IReadOnlyList<string> OtherTools, IReadOnlyList<SentCall> Calls, IReadOnlyList<(string CallId, string Text)> Results, IReadOnlyList<string> Entries)
{
    // One vendor wants to be told where to cache, which moves with the end of the conversation and is no part of it.
    private const string CacheMark = ""","cache_control":{"type":"ephemeral"}""";

    public static SentConversation Of(string wire, VendorRequest request)
    {
        var sent = new Reading(request.Json!.Value);
        switch (wire)
        {
            case "responses":
                sent.ReadResponses();
                break;
            case "chat":
                sent.ReadChat();
                break;
            case "messages":
                sent.ReadMessages();
                break;
            case "interactions":
                sent.ReadInteraction();
                break;
            default:
                sent.ReadContents();
                break;
        }

        var conversation = request.Json!.Value.GetProperty(wire switch { "responses" or "interactions" => "input", "generateContent" => "contents", _ => "messages" });
        var entries = conversation.EnumerateArray().Select(e => e.GetRawText().Replace(CacheMark, "", StringComparison.Ordinal));
        return new SentConversation(sent.Functions, sent.OtherTools, sent.Calls, sent.Results, [.. entries]);
    }

    private sealed class Reading(JsonElement body)
    {
        public List<string> Functions { get; } = [];

        public List<string> OtherTools { get; } = [];

        public List<SentCall> Calls { get; } = [];

        public List<(string CallId, string Text)> Results { get; } = [];

        public void ReadResponses()
        {
            Declare(t => t.Text("name"));
            foreach (var item in body.GetProperty("input").EnumerateArray())
            {
                switch (item.TryGetProperty("type", out var type) ? type.GetString() : null)
                {
                    case "function_call":
                        Calls.Add(new SentCall(item.Text("call_id"), item.Text("name"), JsonElement.Parse(item.Text("arguments"))));
                        break;
                    case "function_call_output":
                        Add(item.Text("call_id"), item.GetProperty("output"));
                        break;
                }
            }
        }

        public void ReadChat()
        {
            Declare(t => t.GetProperty("function").Text("name"));
            foreach (var message in body.GetProperty("messages").EnumerateArray())
            {
                if (message.TryGetProperty("tool_calls", out var calls))
                {
                    Calls.AddRange(calls.EnumerateArray().Select(c => new SentCall(c.Text("id"), c.GetProperty("function").Text("name"), JsonElement.Parse(c.GetProperty("function").Text("arguments")))));
                }

                if (message.Text("role") == "tool")
                {
                    Add(message.Text("tool_call_id"), message.GetProperty("content"));
                }
            }
        }

        public void ReadMessages()
        {
            // A tool of the client's has no type on this wire.
            foreach (var tool in body.GetProperty("tools").EnumerateArray())
            {
                (tool.TryGetProperty("type", out var type) && type.GetString() != "custom" ? OtherTools : Functions).Add(tool.Text("name"));
            }

            foreach (var block in body.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content")).Where(c => c.ValueKind == JsonValueKind.Array).SelectMany(c => c.EnumerateArray()))
            {
                switch (block.Type())
                {
                    case "tool_use":
                        Calls.Add(new SentCall(block.Text("id"), block.Text("name"), block.GetProperty("input")));
                        break;
                    case "tool_result":
                        Add(block.Text("tool_use_id"), block.GetProperty("content"));
                        break;
                }
            }
        }

        public void ReadInteraction()
        {
            Declare(t => t.Text("name"));
            foreach (var step in body.GetProperty("input").EnumerateArray())
            {
                switch (step.Type())
                {
                    case "function_call":
                        Calls.Add(new SentCall(step.Text("id"), step.Text("name"), step.GetProperty("arguments")));
                        break;
                    case "function_result":
                        Add(step.Text("call_id"), step.GetProperty("result"));
                        break;
                }
            }
        }

        /// <summary>Here a result belongs to the call at the same place of the content before.</summary>
        public void ReadContents()
        {
            foreach (var (name, value) in body.GetProperty("tools").EnumerateArray().SelectMany(t => t.EnumerateObject()).Select(m => (m.Name, m.Value)))
            {
                if (name == "functionDeclarations")
                {
                    Functions.AddRange(value.EnumerateArray().Select(f => f.Text("name")));
                }
                else
                {
                    OtherTools.Add(name);
                }
            }

            var open = new Queue<string>();
            foreach (var part in body.GetProperty("contents").EnumerateArray().SelectMany(c => c.GetProperty("parts").EnumerateArray()))
            {
                if (part.TryGetProperty("functionCall", out var call))
                {
                    Calls.Add(new SentCall($"{Calls.Count}", call.Text("name"), call.GetProperty("args")));
                    open.Enqueue(Calls[^1].Id);
                }
                else if (part.TryGetProperty("functionResponse", out var response))
                {
                    var id = open.Dequeue();
                    Assert.Equal(Calls.Single(c => c.Id == id).Name, response.Text("name"));
                    Add(id, response.GetProperty("response"));
                }
            }
        }

        private void Declare(Func<JsonElement, string> name)
        {
            foreach (var tool in body.GetProperty("tools").EnumerateArray())
            {
                if (tool.Type() == "function")
                {
                    Functions.Add(name(tool));
                }
                else
                {
                    OtherTools.Add(tool.Type());
                }
            }
        }

        private void Add(string callId, JsonElement result) => Results.Add((callId, VendorWires.Plain(result.GetRawText())));
    }
}

internal sealed record SentCall(string Id, string Name, JsonElement Arguments);

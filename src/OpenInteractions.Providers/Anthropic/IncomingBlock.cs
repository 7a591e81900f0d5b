using System.Text;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>A content block while it arrives.</summary>
internal sealed class IncomingBlock(JsonElement shell)
{
    public string Type { get; } = shell.Text("type") ?? "";

    /// <summary>The block as it began; whole for the kinds that have no deltas.</summary>
    public JsonElement Shell { get; } = shell;

    /// <summary>Text, thinking or the JSON of a call's input, by kind.</summary>
    public StringBuilder Text { get; } = new();

    public List<JsonElement> Citations { get; } = [];

    public string? Signature { get; set; }

    /// <summary>For a call: our id, unique in this answer.</summary>
    public string CallId { get; set; } = "";

    /// <summary>Text without any letter, which the service makes at times and never takes back.</summary>
    public bool IsBlank => Type == "text" && string.IsNullOrWhiteSpace(Text.ToString());

    /// <summary>The block as it goes back to the service in the middle of a paused turn: as it came.</summary>
    public byte[] ToReplay() => Type switch
    {
        "text" => JsonScratch.Object(writer =>
        {
            writer.WriteString("type", "text");
            writer.WriteString("text", Text.ToString());
            if (Citations.Count > 0)
            {
                writer.WriteStartArray("citations");
                Citations.ForEach(c => Anthropic.Citations.WriteForReplay(writer, c));
                writer.WriteEndArray();
            }
        }),
        "thinking" => BlockJson.Thinking(Text.ToString(), Signature ?? ""),
        "redacted_thinking" => BlockJson.Redacted(Shell.Text("data") ?? ""),
        "tool_use" => BlockJson.Call(CallId, Shell.Text("name") ?? "", Input()),
        "server_tool_use" => JsonScratch.Object(writer =>
        {
            writer.WriteString("type", "server_tool_use");
            writer.WriteString("id", Shell.Text("id"));
            writer.WriteString("name", Shell.Text("name"));
            writer.WritePropertyName("input");
            Input().WriteTo(writer);
        }),
        _ => BlockJson.Raw(Shell),
    };

    /// <summary>What was said of the input: an empty total is an empty object (P-5). Input that is not JSON gives an empty object too: the engine reports it, not we.</summary>
    private JsonElement Input()
    {
        try
        {
            return Text.Length == 0 ? Shell.Member("input") ?? JsonElement.Parse("{}"u8) : JsonElement.Parse(Text.ToString());
        }
        catch (JsonException)
        {
            return JsonElement.Parse("{}"u8);
        }
    }
}

using System.Text.Json;

namespace OpenInteractions.Testing.Client;

/// <summary>One frame of a stream as it arrived.</summary>
/// <param name="Frame">Its text, the blank line included.</param>
/// <param name="Name">The <c>event:</c> line.</param>
/// <param name="Data">The <c>data:</c> line.</param>
public sealed record ServerEvent(string Frame, string Name, string Data)
{
    private JsonElement? _json;

    public override string ToString() => $"{Name} {Data}";

    public bool IsDone => Name == "done";

    public JsonElement Json => _json ??= JsonElement.Parse(Data);

    public string? EventId => IsDone ? null : Json.GetProperty("event_id").GetString();

    public int Index => Json.GetProperty("index").GetInt32();

    /// <summary>Reads a frame strictly: <c>event:</c>, <c>data:</c>, blank line, each ended by LF, and nothing else (wire 14.1).</summary>
    /// <returns>Null for a comment.</returns>
    public static ServerEvent? Parse(string frame)
    {
        if (frame.StartsWith(": ", StringComparison.Ordinal) && frame.IndexOf('\n', StringComparison.Ordinal) == frame.Length - 2)
        {
            return null;
        }

        var lines = frame.Split('\n');
        return lines is [var name, var data, "", ""] && name.StartsWith("event: ", StringComparison.Ordinal) && data.StartsWith("data: ", StringComparison.Ordinal)
            ? new ServerEvent(frame, name["event: ".Length..], data["data: ".Length..])
            : throw new UnexpectedAnswerException($"This is no frame of the contract: {JsonSerializer.Serialize(frame)}");
    }
}

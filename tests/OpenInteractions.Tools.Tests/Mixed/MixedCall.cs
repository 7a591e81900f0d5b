namespace OpenInteractions.Tools.Tests.Mixed;

/// <summary>A call that the model makes.</summary>
/// <param name="Name">The function's name, as the model knows it.</param>
/// <param name="Arguments">A JSON object.</param>
/// <param name="Shows">Texts that the model reads of the result.</param>
internal sealed record MixedCall(string Name, string Arguments, params string[] Shows)
{
    public string CallType => Kind + "_call";

    public string ResultType => Kind + "_result";

    /// <summary>The server and its tool.</summary>
    public (string, string) RemoteName => Name.Split("__") is [var server, var tool] ? (server, tool) : ("", "");

    private string Kind => Name switch
    {
        "get_weather" or "book_room" => "function",
        _ when Name.Contains("__", StringComparison.Ordinal) => "mcp_server_tool",
        _ => Name,
    };
}

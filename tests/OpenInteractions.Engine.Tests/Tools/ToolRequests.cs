namespace OpenInteractions.Engine.Tests.Tools;

/// <summary>Requests of tests: a remote server <c>crm</c> and a client's function <c>get_weather</c>.</summary>
internal static class ToolRequests
{
    public const string Crm = """{"type":"mcp_server","name":"crm","url":"https://crm.example/mcp"}""";
    public const string Weather = """{"type":"function","name":"get_weather","parameters":{"type":"object"}}""";

    public static string Of(string more = "", string tools = $"{Crm},{Weather}") =>
        $$"""{"model":"scripted/model","input":"go","tools":[{{tools}}]{{(more.Length > 0 ? "," + more : "")}}}""";

    public const string Streamed = "\"stream\":true";

    public const string Background = "\"background\":true";
}

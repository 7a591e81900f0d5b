namespace OpenInteractions.Testing.Vendors;

/// <summary>Frames of a server-sent event stream.</summary>
public static class Sse
{
    /// <summary>A frame with a name, as OpenAI Responses and Anthropic send them.</summary>
    public static string Frame(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    /// <summary>A frame without a name, as Chat Completions and Gemini send them.</summary>
    public static string Frame(string data) => $"data: {data}\n\n";

    public static string Comment(string text) => $": {text}\n\n";
}

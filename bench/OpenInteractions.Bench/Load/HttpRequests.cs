using System.Globalization;
using System.Text;

namespace OpenInteractions.Bench.Load;

/// <summary>Request bytes, built once and sent many times.</summary>
internal static class HttpRequests
{
    public const string ShortModel = "bench-model";

    private const string Prompt = "Say the same short thing that you always say when the bench asks you for it, please.";

    /// <summary>One model call, in the words of the target's wire.</summary>
    /// <param name="store">Null leaves the member out (the wire's default: stored).</param>
    public static byte[] Call(Wire wire, string model, bool stream, bool? store = null) =>
        wire == Wire.Chat ? Chat(model, stream) : Create(model, stream: stream, store: store);

    public static byte[] Create(string model, bool stream = false, bool? store = null, bool background = false, string? previous = null, string? tools = null)
    {
        var json = new StringBuilder($$"""{"model":"openai/{{model}}","input":"{{Prompt}}" """);
        json.Append(stream ? ""","stream":true""" : "");
        json.Append(store is { } kept ? $",\"store\":{(kept ? "true" : "false")}" : "");
        json.Append(background ? ""","background":true""" : "");
        json.Append(previous is null ? "" : $",\"previous_interaction_id\":\"{previous}\"");
        json.Append(tools is null ? "" : $",\"tools\":{tools}");
        return Post("/v1/interactions", json.Append('}').ToString());
    }

    public static byte[] Get(string path) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n");

    public static byte[] Post(string path, string json) => WithBody("POST", path, json);

    public static byte[] Put(string path, string json) => WithBody("PUT", path, json);

    private static byte[] Chat(string model, bool stream)
    {
        var streamed = stream ? ""","stream":true,"stream_options":{"include_usage":true}""" : "";
        return Post("/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{Prompt}}"}]{{streamed}}}""");
    }

    private static byte[] WithBody(string method, string path, string json) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"));
}

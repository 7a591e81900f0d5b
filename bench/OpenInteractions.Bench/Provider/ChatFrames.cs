using System.Globalization;
using System.Text;

namespace OpenInteractions.Bench.Provider;

/// <summary>Every byte the provider sends, prepared once.</summary>
internal sealed class ChatFrames
{
    private const string Head = """{"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,"model":"bench-model","choices":""";

    public static readonly byte[] Role = Frame(Head + """[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""");

    public static readonly byte[] Stop = Frame(Head + """[{"index":0,"delta":{},"finish_reason":"stop"}]}""");

    public static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();

    public static readonly byte[] UnknownModel = Encoding.UTF8.GetBytes(
        """{"error":{"message":"The model does not exist.","type":"invalid_request_error","param":"model","code":"model_not_found"}}""");

    private ChatFrames(BenchModel model)
    {
        Model = model;
        var usage = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"prompt_tokens":20,"completion_tokens":{{model.Tokens}},"total_tokens":{{20 + model.Tokens}}}""");
        Usage = Frame(Head + $$"""[],"usage":{{usage}}}""");
        Token = Content(model.TokensPerChunk);
        var whole = model.Tokens / model.TokensPerChunk;
        var rest = model.Tokens % model.TokensPerChunk;
        Rest = rest == 0 ? [] : Content(rest);
        WholeChunks = whole;
        Unary = Encoding.UTF8.GetBytes(
            """{"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,"model":"bench-model","choices":"""
            + $$"""[{"index":0,"message":{"role":"assistant","content":"{{Repeat(model.Tokens)}}"},"finish_reason":"stop"}],"usage":{{usage}}}""");
    }

    public BenchModel Model { get; }

    /// <summary>One chunk of <see cref="BenchModel.TokensPerChunk"/> tokens.</summary>
    public byte[] Token { get; }

    /// <summary>The last, shorter chunk, if the tokens do not divide evenly.</summary>
    public byte[] Rest { get; }

    public int WholeChunks { get; }

    public byte[] Usage { get; }

    public byte[] Unary { get; }

    public static ChatFrames For(BenchModel model) => new(model);

    /// <summary>One chunk, as text.</summary>
    /// <param name="delta">What it adds, an object.</param>
    /// <param name="finish">Why the answer ends, in JSON.</param>
    public static string Choice(string delta, string finish) => $"data: {Head}[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n";

    private static byte[] Content(int tokens) =>
        Frame(Head + $$"""[{"index":0,"delta":{"content":"{{Repeat(tokens)}}"},"finish_reason":null}]}""");

    private static string Repeat(int tokens) => new StringBuilder().Insert(0, BenchModel.Token, tokens).ToString();

    private static byte[] Frame(string json) => Encoding.UTF8.GetBytes($"data: {json}\n\n");
}

using System.Globalization;
using System.Text;

namespace OpenInteractions.Bench.Provider;

/// <summary>How a model of the fake provider behaves.</summary>
internal enum Pace
{
    /// <summary>The whole answer at once.</summary>
    Immediate,

    /// <summary>One token at a time, at a rate.</summary>
    Rated,

    /// <summary>No answer, not even headers, until the caller leaves or the held calls are let go; then the whole answer at once.</summary>
    Held,

    /// <summary>One token, then silence until the caller leaves.</summary>
    Stalled,
}

/// <summary>A model id says what the answer is: the load generator chooses the behaviour with the name.</summary>
/// <param name="Tokens">How many tokens the answer has.</param>
/// <param name="PerSecond">Tokens per second of a rated answer.</param>
/// <param name="TokensPerChunk">How many tokens travel in one streamed chunk.</param>
internal sealed record BenchModel(Pace Pace, int Tokens, int PerSecond, int TokensPerChunk)
{
    /// <summary>What it calls before it answers; null for nothing.</summary>
    public CallPlan? Calls { get; init; }

    /// <summary>Every token is this text, so a reader on any wire counts tokens by counting <see cref="Marker"/>.</summary>
    public const string Token = "tick ";

    public const string Marker = "tick";

    /// <summary>Tokens of the answer of <c>bench-model</c>.</summary>
    public const int ShortAnswer = 40;

    /// <summary>The ids of <c>GET /v1/models</c>; the rated and big ids are patterns, these are the ones the rows use.</summary>
    public static readonly string[] Ids =
    [
        "bench-model", "bench-hold", "bench-stall", "bench-big-1048576", "bench-stream-50tps-200", "bench-stream-50tps-500", "bench-tools-20", "bench-calls-1-200", "bench-calls-50-200",
    ];

    private const string RatedPrefix = "bench-stream-";
    private const string BigPrefix = "bench-big-";

    /// <summary>Tokens of 1 KiB of text: the chunk size of a big answer.</summary>
    private const int BigChunk = 205;

    public static BenchModel? Find(ReadOnlySpan<byte> id, int chunkTokens)
    {
        if (id.SequenceEqual("bench-model"u8))
        {
            return new(Pace.Immediate, ShortAnswer, 0, chunkTokens);
        }

        if (id.SequenceEqual("bench-hold"u8))
        {
            return new(Pace.Held, ShortAnswer, 0, chunkTokens);
        }

        if (id.SequenceEqual("bench-stall"u8))
        {
            return new(Pace.Stalled, 1, 0, 1);
        }

        var text = Encoding.UTF8.GetString(id);
        if (CallPlan.Of(text) is { } calls)
        {
            return new(Pace.Immediate, ShortAnswer, 0, chunkTokens) { Calls = calls };
        }

        if (text.StartsWith(BigPrefix, StringComparison.Ordinal) && Number(text[BigPrefix.Length..]) is { } bytes and > 0)
        {
            return new(Pace.Immediate, (bytes + Token.Length - 1) / Token.Length, 0, BigChunk);
        }

        return text.StartsWith(RatedPrefix, StringComparison.Ordinal)
            && text[RatedPrefix.Length..].Split("tps-") is [var rate, var count]
            && Number(rate) is { } perSecond and > 0 && Number(count) is { } tokens and > 0
            ? new(Pace.Rated, tokens, perSecond, 1)
            : null;
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

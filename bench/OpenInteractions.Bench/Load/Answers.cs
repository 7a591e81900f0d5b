using System.Text;
using System.Text.Json;
using OpenInteractions.Bench.Provider;

namespace OpenInteractions.Bench.Load;

/// <summary>Tells a right answer from a fast wrong one.</summary>
internal static class Answers
{
    public static readonly byte[] Marker = Encoding.ASCII.GetBytes(BenchModel.Marker);

    // With its space: what a server seals into an answer may happen to hold the marker, but no space.
    private static readonly byte[] Token = Encoding.ASCII.GetBytes(BenchModel.Token);

    private const int QuotedBytes = 300;

    /// <summary>How the last event of a good stream, and a good unary answer, can be known without parsing.</summary>
    public static ReadOnlyMemory<byte> EndOf(Wire wire) =>
        wire == Wire.Chat ? "\"finish_reason\":\"stop\""u8.ToArray() : "\"status\":\"completed\""u8.ToArray();

    /// <summary>Null when the unary answer has status 200, the whole text and a good end; otherwise what is wrong.</summary>
    public static string? Problem(int status, ReadOnlySpan<byte> body, ReadOnlySpan<byte> end) =>
        status != 200 ? $"HTTP {status}: {Quote(body)}"
        : body.Count(Token) != BenchModel.ShortAnswer ? $"not {BenchModel.ShortAnswer} tokens: {Quote(body)}"
        : body.IndexOf(end) < 0 ? $"no {Encoding.ASCII.GetString(end)}: {Quote(body)}"
        : null;

    public static string Quote(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body[..Math.Min(body.Length, QuotedBytes)]);

    /// <summary>Top-level <c>id</c> and <c>status</c> of an interaction.</summary>
    public static (string Id, string Status) Head(ReadOnlySpan<byte> json)
    {
        var (id, status) = ("", "");
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            if (reader.ValueTextEquals("id"u8) && reader.Read())
            {
                id = reader.GetString() ?? "";
            }
            else if (reader.ValueTextEquals("status"u8) && reader.Read())
            {
                status = reader.GetString() ?? "";
            }
        }

        return (id, status);
    }
}

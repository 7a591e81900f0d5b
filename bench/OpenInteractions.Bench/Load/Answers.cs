using System.Text;
using System.Text.Json;
using OpenInteractions.Bench.Provider;

namespace OpenInteractions.Bench.Load;

/// <summary>Tells a right answer from a fast wrong one.</summary>
internal static class Answers
{
    public static readonly byte[] Marker = Encoding.ASCII.GetBytes(BenchModel.Marker);

    private const int QuotedBytes = 300;

    /// <summary>How the last event of a good stream, and a good unary answer, can be known without parsing.</summary>
    public static ReadOnlyMemory<byte> EndOf(Wire wire) =>
        wire == Wire.Chat ? "\"finish_reason\":\"stop\""u8.ToArray() : "\"status\":\"completed\""u8.ToArray();

    /// <summary>Null when the unary answer has status 200, the whole text and a good end; otherwise what is wrong.</summary>
    public static string? Problem(int status, ReadOnlySpan<byte> body, ReadOnlySpan<byte> end) =>
        status != 200 ? $"HTTP {status}: {Quote(body)}"
        : Tokens(body) != BenchModel.ShortAnswer ? $"not {BenchModel.ShortAnswer} tokens: {Quote(body)}"
        : body.IndexOf(end) < 0 ? $"no {Encoding.ASCII.GetString(end)}: {Quote(body)}"
        : null;

    /// <summary>Markers that stand alone: what a server seals into an answer may happen to hold one.</summary>
    private static int Tokens(ReadOnlySpan<byte> body)
    {
        var count = 0;
        for (var at = body.IndexOf(Marker); at >= 0; at = body.IndexOf(Marker))
        {
            var after = at + Marker.Length;
            count += (at > 0 && IsWord(body[at - 1])) || (after < body.Length && IsWord(body[after])) ? 0 : 1;
            body = body[after..];
        }

        return count;

        static bool IsWord(byte letter) => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'-' or (byte)'_' or (byte)'+' or (byte)'/';
    }

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

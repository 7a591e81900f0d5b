using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.OpenAI;

internal static class OpenAIJson
{
    // The service writes text as it is, not as \u escapes.
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // A fixed moment: replies of two runs must not differ by their time.
    public const long Created = 1_790_000_000;

    public static string Text(JsonNode node) => node.ToJsonString(Relaxed);

    public static string NewId(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(25));

    public static string NewCallId() => "call_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(18)).Replace('+', 'x').Replace('/', 'y');

    /// <summary>Cuts text as a model streams it: in small pieces that never split a surrogate pair.</summary>
    public static IEnumerable<string> Pieces(string text, int size)
    {
        for (var i = 0; i < text.Length;)
        {
            var end = Math.Min(text.Length, i + size);
            if (end < text.Length && char.IsHighSurrogate(text[end - 1]))
            {
                end++;
            }

            yield return text[i..end];
            i = end;
        }
    }
}

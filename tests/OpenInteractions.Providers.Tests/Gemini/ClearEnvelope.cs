using System.Text;
using System.Text.Json.Nodes;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>A signature envelope that keeps the interface's promises without keys: what was sealed for another project, provider or model opens to nothing.</summary>
internal sealed class ClearEnvelope : ISignatureEnvelope
{
    public string Seal(SignatureScope scope, string kind, ReadOnlySpan<byte> payload) => Convert.ToBase64String(Encoding.UTF8.GetBytes(
        new JsonObject { ["s"] = scope.ToString(), ["k"] = kind, ["b"] = Convert.ToBase64String(payload) }.ToJsonString()));

    public OpenedSignature? Open(string? signature, SignatureScope scope)
    {
        try
        {
            var sealedText = JsonNode.Parse(Convert.FromBase64String(signature ?? ""))!;
            return (string?)sealedText["s"] == scope.ToString()
                ? new((string)sealedText["k"]!, Convert.FromBase64String((string)sealedText["b"]!))
                : null;
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

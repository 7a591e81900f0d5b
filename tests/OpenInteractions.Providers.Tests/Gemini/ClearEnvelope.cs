using System.Text;
using System.Text.Json.Nodes;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Providers.Tests.Gemini;

/// <summary>A signature envelope that keeps the interface's promises without keys: what another provider or model sealed opens to nothing.</summary>
internal sealed class ClearEnvelope : ISignatureEnvelope
{
    public string Seal(string provider, string family, string kind, ReadOnlySpan<byte> payload) => Convert.ToBase64String(Encoding.UTF8.GetBytes(
        new JsonObject { ["p"] = provider, ["f"] = family, ["k"] = kind, ["b"] = Convert.ToBase64String(payload) }.ToJsonString()));

    public OpenedSignature? Open(string? signature, string provider, string family)
    {
        try
        {
            var sealedText = JsonNode.Parse(Convert.FromBase64String(signature ?? ""))!;
            return (string?)sealedText["p"] == provider && (string?)sealedText["f"] == family
                ? new((string)sealedText["k"]!, Convert.FromBase64String((string)sealedText["b"]!))
                : null;
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }
}

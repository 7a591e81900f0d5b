using System.Globalization;
using System.Text;

namespace OpenInteractions.Providers.Gemini;

/// <summary>Which part of the vendor's answer a thought signature was on. It has to go back on exactly that part.</summary>
internal enum SignaturePlace
{
    /// <summary>On the step that carries it: a thought, or a call or result of the vendor's own tools.</summary>
    Own,

    /// <summary>On the part after the thought that carries it: a function call, or media.</summary>
    Next,

    /// <summary>On the end of the text before the thought that carries it.</summary>
    Text,
}

/// <param name="Place">The part it belongs to.</param>
/// <param name="Value">The vendor's signature, byte for byte.</param>
/// <param name="Length">For text and thoughts: how many characters at the end were in the signed part; the text before them was another part.</param>
internal readonly record struct VendorSignature(SignaturePlace Place, string Value, int Length);

/// <summary>
/// Seals thought signatures for clients and opens them again. The two wires lay out a turn differently, so a signature of one is foreign to the
/// other; the vendor's signatures do not survive a change of model either, which is why a family here is one model.
/// </summary>
internal sealed class GeminiSignatures(ISignatureEnvelope envelope, string project, string provider, string wire)
{
    /// <summary>What the vendor documents for calls of a history that it did not make (behaviour FN-10).</summary>
    public const string Placeholder = "skip_thought_signature_validator";

    public string Seal(string family, VendorSignature signature) => envelope.Seal(
        new SignatureScope(project, provider, family),
        $"{wire}.{signature.Place}",
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{signature.Length}:{signature.Value}")));

    /// <summary>Null: missing, foreign or altered. The history then goes on without it (P-3).</summary>
    public VendorSignature? Open(string family, string? signature)
    {
        if (envelope.Open(signature, new SignatureScope(project, provider, family)) is not { } opened
            || !opened.Kind.StartsWith(wire + ".", StringComparison.Ordinal)
            || !Enum.TryParse<SignaturePlace>(opened.Kind[(wire.Length + 1)..], out var place))
        {
            return null;
        }

        var payload = Encoding.UTF8.GetString(opened.Payload.Span);
        var colon = payload.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(payload[..colon], CultureInfo.InvariantCulture, out var length)
            ? new(place, payload[(colon + 1)..], length)
            : null;
    }
}

using System.Text;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>Thought signatures as the service makes them: opaque bytes in base64.</summary>
public static class GeminiSignature
{
    /// <summary>What the vendor documents for calls of a history that it did not make itself.</summary>
    public const string Placeholder = "skip_thought_signature_validator";

    /// <summary>A signature that a test can name; the label is inside, so that a failed comparison can be read.</summary>
    public static string Named(string label) => Convert.ToBase64String(Encoding.UTF8.GetBytes("\u0012\u0003signature:" + label));
}

namespace OpenInteractions.Providers.Gemini;

/// <summary>An upstream that speaks the Gemini API. A class and no record: a record would print its key.</summary>
public sealed class GeminiOptions
{
    /// <summary>The provider's name in <c>provider/model</c> ids.</summary>
    public string Name { get; init; } = "gemini";

    /// <summary>Without the version segment. A path prefix is kept (wire 1.1).</summary>
    public Uri BaseUrl { get; init; } = new("https://generativelanguage.googleapis.com");

    /// <summary>The operator's key.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The version segment of the path.</summary>
    public string ApiVersion { get; init; } = "v1beta";

    /// <summary>Which of the upstream's two wires is spoken.</summary>
    public GeminiWire Wire { get; init; } = GeminiWire.Auto;
}

/// <summary>The wires of the Gemini API that run models.</summary>
public enum GeminiWire
{
    /// <summary>Interactions; where the upstream has no such route or refuses the model there, generateContent from then on.</summary>
    Auto,

    /// <summary>Only Interactions, with <c>store:false</c>: the history is sent whole, nothing is kept upstream.</summary>
    Interactions,

    /// <summary>Only generateContent.</summary>
    GenerateContent,
}

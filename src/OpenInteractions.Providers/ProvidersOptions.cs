using System.ComponentModel.DataAnnotations;
using OpenInteractions.Providers.Gemini;

namespace OpenInteractions.Providers;

/// <summary>Which model providers there are, besides the vendors whose keys stand in the environment. Section <c>OpenInteractions:Providers</c>.</summary>
public sealed class ProvidersOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "OpenInteractions:Providers";

    /// <summary>How long a provider may be silent, before its first byte and between two, until the call fails.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a connection to a provider may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the embedded demo model is offered.</summary>
    public bool Demo { get; set; } = true;

    /// <summary>Whether a local Ollama is looked for.</summary>
    public bool Ollama { get; set; } = true;

    /// <summary>Which wire is spoken to Gemini. <c>auto</c>: Interactions, and generateContent where the upstream has no such route or refuses the model there.</summary>
    public GeminiWire GeminiWire { get; set; } = GeminiWire.Auto;

    /// <summary>Servers that speak one of OpenAI's wires, by the name that stands before the slash in <c>name/model</c>.</summary>
    public Dictionary<string, EndpointOptions> Endpoints { get; } = new(StringComparer.Ordinal);
}

/// <summary>A server that speaks one of OpenAI's wires.</summary>
public sealed class EndpointOptions
{
    /// <summary>Everything before <c>chat/completions</c>, usually ending in <c>/v1</c>.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Sent as a bearer token; absent for servers that ask for none.</summary>
    public string? ApiKey { get; set; }

    /// <summary><c>responses</c>, <c>chat</c>, or <c>auto</c>: try the first, then the second.</summary>
    public string Wire { get; set; } = "auto";
}

namespace OpenInteractions.Providers.Anthropic;

/// <summary>One upstream that speaks Anthropic's Messages wire.</summary>
public sealed record AnthropicOptions
{
    /// <summary>The provider's name in <c>provider/model</c> ids.</summary>
    public string Name { get; init; } = "anthropic";

    /// <summary>The address in front of <c>/v1/messages</c>; a trailing <c>/v1</c> is taken as part of the path.</summary>
    public Uri BaseAddress { get; init; } = new("https://api.anthropic.com");

    /// <summary>The key; null for servers that want none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>
    /// The API version to name, or null for the newest that the server knows and the request allows (protocols 6.4).
    /// </summary>
    public string? Version { get; init; }

    /// <summary>Whether prompts are marked for the service's cache.</summary>
    public bool PromptCaching { get; init; } = true;

    internal Uri Endpoint(string path)
    {
        var root = BaseAddress.AbsoluteUri.TrimEnd('/');
        return new Uri(root.EndsWith("/v1", StringComparison.Ordinal) ? $"{root}/{path}" : $"{root}/v1/{path}");
    }
}

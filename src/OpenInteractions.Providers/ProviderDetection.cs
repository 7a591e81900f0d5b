using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers;

/// <summary>An upstream that the environment or the configuration names.</summary>
/// <param name="Name">The provider's name.</param>
/// <param name="BaseUrl">Where it is; null for the vendor's own address.</param>
/// <param name="ApiKey">The operator's key.</param>
internal sealed record Upstream(string Name, Uri? BaseUrl, string? ApiKey)
{
    public OpenAIWire Wire { get; init; } = OpenAIWire.Auto;
}

/// <summary>
/// Reads what upstreams there are (design 2). A vendor is there when its key is; a base URL alone is not enough, because a shell that is
/// set up for a client of this server has one too.
/// </summary>
internal sealed partial class ProviderDetection
{
    public const string Gemini = "gemini";
    public const string OpenAI = "openai";
    public const string Anthropic = "anthropic";
    public const string Ollama = "ollama";

    private static readonly string[] Reserved = [Gemini, OpenAI, Anthropic, Ollama, Demo.DemoProvider.ProviderName, "models"];

    private readonly List<string> _problems = [];

    public ProviderDetection(IConfiguration configuration)
    {
        Options = new ProvidersOptions();
        _problems.AddRange(CheckedSettings.Read(configuration, ProvidersOptions.Section, Options));
        GeminiUpstream = Vendor(configuration, Gemini, "GOOGLE_GEMINI_BASE_URL", "GEMINI_API_KEY", "GOOGLE_API_KEY");
        OpenAIUpstream = Vendor(configuration, OpenAI, "OPENAI_BASE_URL", "OPENAI_API_KEY");
        AnthropicUpstream = Vendor(configuration, Anthropic, "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY");
        OllamaUpstream = Options.Ollama ? LocalOllama(configuration) : null;
        Endpoints = [.. Options.Endpoints.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => Endpoint(e.Key, e.Value)).OfType<Upstream>()];
    }

    public ProvidersOptions Options { get; }

    public Upstream? GeminiUpstream { get; }

    public Upstream? OpenAIUpstream { get; }

    public Upstream? AnthropicUpstream { get; }

    public Upstream? OllamaUpstream { get; }

    public IReadOnlyList<Upstream> Endpoints { get; }

    /// <summary>Everything that is wrong, each naming its setting.</summary>
    public IReadOnlyList<string> Problems => _problems;

    private Upstream? Vendor(IConfiguration configuration, string name, string urlSetting, params ReadOnlySpan<string> keySettings)
    {
        foreach (var setting in keySettings)
        {
            if (configuration[setting] is { } key && !string.IsNullOrWhiteSpace(key))
            {
                return new Upstream(name, Url(urlSetting, configuration[urlSetting]), key.Trim());
            }
        }

        return null;
    }

    private Upstream? LocalOllama(IConfiguration configuration)
    {
        const string setting = "OLLAMA_HOST";
        if (OllamaAddress.Parse(configuration[setting]) is { } address)
        {
            return new Upstream(Ollama, address, ApiKey: null) { Wire = OpenAIWire.Chat };
        }

        _problems.Add($"{setting}: must be a host, host:port or an http address.");
        return null;
    }

    private Upstream? Endpoint(string name, EndpointOptions endpoint)
    {
        var setting = $"{ProvidersOptions.Section}:Endpoints:{name}";
        var count = _problems.Count;
        if (!EndpointName().IsMatch(name))
        {
            _problems.Add($"{setting}: a provider's name is lower-case letters, digits, '-' and '_', and begins with a letter.");
        }
        else if (Reserved.Contains(name))
        {
            _problems.Add($"{setting}: the name '{name}' is reserved. Choose another one.");
        }

        if (string.IsNullOrWhiteSpace(endpoint.BaseUrl))
        {
            _problems.Add($"{setting}:BaseUrl: is missing. It is the address before 'chat/completions', such as http://127.0.0.1:8000/v1.");
        }

        var url = Url($"{setting}:BaseUrl", endpoint.BaseUrl);
        OpenAIWire? wire = endpoint.Wire.ToLowerInvariant() switch
        {
            "auto" => OpenAIWire.Auto,
            "responses" => OpenAIWire.Responses,
            "chat" => OpenAIWire.Chat,
            _ => null,
        };
        if (wire is null)
        {
            _problems.Add($"{setting}:Wire: must be one of auto, responses, chat.");
        }

        return _problems.Count == count && wire is { } known ? new Upstream(name, url, string.IsNullOrWhiteSpace(endpoint.ApiKey) ? null : endpoint.ApiKey.Trim()) { Wire = known } : null;
    }

    private Uri? Url(string setting, string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        // The value is not repeated: an address may hold a password.
        if (!Uri.TryCreate(value.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            _problems.Add($"{setting}: must be an http or https address.");
            return null;
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            _problems.Add($"{setting}: must have no user name, query or fragment. Keys have their own setting.");
            return null;
        }

        return url;
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,62}$")]
    private static partial Regex EndpointName();
}

using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Providers.Anthropic;
using OpenInteractions.Providers.Demo;
using OpenInteractions.Providers.Embeddings;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers;

/// <summary>Registers the model providers that the environment and the configuration name, and the catalogue over them.</summary>
public static class ProvidersFeature
{
    /// <summary>
    /// Adds every <see cref="IModelProvider"/> and the <see cref="ModelCatalog"/>. Needs an <see cref="ISignatureEnvelope"/>.
    /// What is wrong is reported when the host starts, all at once.
    /// </summary>
    public static IServiceCollection AddModelProviders(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var detected = new ProviderDetection(configuration);
        var upstream = Upstreams(detected.Options, configuration);

        services.TryAddSingleton(TimeProvider.System);
        services.AddUpstreamHttp(upstream);
        AddGemini(services, detected, upstream);
        AddOpenAI(services, detected, upstream);
        AddAnthropic(services, detected, upstream);
        AddEndpoints(services, detected, upstream);
        services.AddEmbeddings(configuration, detected, upstream);
        if (detected.Options.Demo)
        {
            services.AddSingleton<IModelProvider, DemoProvider>();
        }

        services.AddCheckedOptions<ModelCatalogOptions>(ModelCatalogOptions.Section);

        // Both kinds of problem in one: the first service that needs the catalogue would otherwise hide one of them.
        services.AddSingleton<IValidateOptions<ModelCatalogOptions>>(s => new CatalogValidation(options =>
            [.. detected.Problems, .. ModelCatalog.Problems(options, [.. s.GetServices<IModelProvider>().Select(p => p.Name)])]));
        services.AddSingleton<ModelCatalog>();
        return services;
    }

    private static void AddGemini(IServiceCollection services, ProviderDetection detected, UpstreamOptions upstream)
    {
        if (detected.GeminiUpstream is { ApiKey: { } key } found)
        {
            var options = found.BaseUrl is { } address
                ? new GeminiOptions { Name = found.Name, ApiKey = key, Wire = detected.Options.GeminiWire, BaseUrl = address }
                : new GeminiOptions { Name = found.Name, ApiKey = key, Wire = detected.Options.GeminiWire };
            services.AddSingleton<IModelProvider>(s => new GeminiProvider(
                options, upstream, s.GetRequiredService<IHttpMessageHandlerFactory>(), s.GetRequiredService<ISignatureEnvelope>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<GeminiProvider>>()));
        }
    }

    private static void AddAnthropic(IServiceCollection services, ProviderDetection detected, UpstreamOptions upstream)
    {
        if (detected.AnthropicUpstream is { } found)
        {
            var options = new AnthropicOptions { Name = found.Name, ApiKey = found.ApiKey };
            options = found.BaseUrl is { } address ? options with { BaseAddress = address } : options;
            services.AddSingleton<IModelProvider>(s => new AnthropicProvider(
                options, upstream, s.GetRequiredService<IHttpMessageHandlerFactory>(), s.GetRequiredService<ISignatureEnvelope>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AnthropicProvider>>()));
        }
    }

    private static void AddOpenAI(IServiceCollection services, ProviderDetection detected, UpstreamOptions upstream)
    {
        if (detected.OpenAIUpstream is { } found)
        {
            var options = OpenAIProviderOptions.For(found.Name, found.BaseUrl ?? OpenAIProviderOptions.VendorAddress, found.ApiKey);
            services.AddSingleton<IModelProvider>(s => NewOpenAI(s, options, upstream, s.GetRequiredService<ILogger<OpenAIProvider>>()));
        }
    }

    private static void AddEndpoints(IServiceCollection services, ProviderDetection detected, UpstreamOptions upstream)
    {
        var impatient = upstream with { ConnectTimeout = TimeSpan.FromSeconds(1), FirstByteTimeout = TimeSpan.FromSeconds(5), MaxRetries = 0 };
        Upstream[] ollama = detected.OllamaUpstream is { } local ? [local] : [];
        foreach (var found in detected.Endpoints.Concat(ollama))
        {
            var options = OpenAIProviderOptions.For(found.Name, found.BaseUrl!, found.ApiKey) with { Wire = found.Wire };
            services.AddSingleton<IModelProvider>(s => new ProbedProvider(
                NewOpenAI(s, options, upstream, s.GetRequiredService<ILogger<OpenAIProvider>>()),
                NewOpenAI(s, options, impatient, NullLogger<OpenAIProvider>.Instance), // the catalogue says what it could not list
                mayBeOff: found == detected.OllamaUpstream));
        }
    }

    private static OpenAIProvider NewOpenAI(IServiceProvider s, OpenAIProviderOptions options, UpstreamOptions upstream, ILogger<OpenAIProvider> logger) =>
        new(options, upstream, s.GetRequiredService<IHttpMessageHandlerFactory>(), s.GetRequiredService<ISignatureEnvelope>(), s.GetRequiredService<TimeProvider>(), logger);

    private static UpstreamOptions Upstreams(ProvidersOptions options, IConfiguration configuration) => new()
    {
        // What is wrong with the setting is told where it is checked.
        MaxAnswerBytes = long.TryParse(configuration[$"{RunOptions.Section}:{nameof(RunOptions.MaxOutputBytes)}"], NumberStyles.Integer, CultureInfo.InvariantCulture, out var most) && most > 0
            ? most
            : new RunOptions().MaxOutputBytes,
        ConnectTimeout = options.ConnectTimeout,
        FirstByteTimeout = options.IdleTimeout,
        FlexFirstByteTimeout = options.IdleTimeout * 5, // where waiting is the bargain (behaviour TI-2)
        IdleTimeout = options.IdleTimeout,
    };

    /// <summary>Reports a list of problems as one failed validation.</summary>
    private sealed class CatalogValidation(Func<ModelCatalogOptions, IReadOnlyList<string>> find) : IValidateOptions<ModelCatalogOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModelCatalogOptions options) =>
            find(options) is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}

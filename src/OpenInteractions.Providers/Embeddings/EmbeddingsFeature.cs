using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Providers.Gemini;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers.Embeddings;

/// <summary>Registers the embedding model that the configuration names; without one there is no <see cref="IEmbedder"/>.</summary>
internal static class EmbeddingsFeature
{
    private const string Setting = $"{FileSearchToolOptions.Section}:{nameof(FileSearchToolOptions.Embeddings)}";

    public static void AddEmbeddings(this IServiceCollection services, IConfiguration configuration, ProviderDetection detected, UpstreamOptions upstream)
    {
        services.AddCheckedOptions<FileSearchToolOptions>(FileSearchToolOptions.Section);
        var (wire, fault) = Find(configuration[Setting]?.Trim(), detected);
        services.AddSingleton<IValidateOptions<FileSearchToolOptions>>(new Validation(fault));
        if (wire is not null)
        {
            services.AddSingleton<IEmbedder>(s =>
            {
                var options = s.GetRequiredService<IOptions<FileSearchToolOptions>>().Value;
                return new HttpEmbedder(
                    options.Embeddings!.Trim(), wire(options.EmbeddingDimensions), options, upstream, s.GetRequiredService<IHttpMessageHandlerFactory>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<HttpEmbedder>>());
            });
        }
    }

    private static (Func<int?, IEmbeddingWire>? Wire, string? Fault) Find(string? named, ProviderDetection detected)
    {
        if (string.IsNullOrEmpty(named))
        {
            return (null, null);
        }

        var slash = named.IndexOf('/', StringComparison.Ordinal);
        var (provider, model) = slash < 0 ? (named, "") : (named[..slash], named[(slash + 1)..]);
        model = model.StartsWith("models/", StringComparison.Ordinal) ? model[7..] : model;
        if (model.Length == 0)
        {
            return (null, $"{Setting}: must be a provider and a model, such as openai/text-embedding-3-small.");
        }

        if (detected.GeminiUpstream is { ApiKey: { } key } gemini && gemini.Name == provider)
        {
            var options = gemini.BaseUrl is { } address ? new GeminiOptions { ApiKey = key, BaseUrl = address } : new GeminiOptions { ApiKey = key };
            return (dimensions => new GeminiEmbeddings(options, model, dimensions), null);
        }

        var openAI = ((Upstream?[])[detected.OpenAIUpstream, detected.OllamaUpstream, .. detected.Endpoints]).FirstOrDefault(u => u?.Name == provider);
        if (openAI is not null)
        {
            var options = OpenAIProviderOptions.For(openAI.Name, openAI.BaseUrl ?? OpenAIProviderOptions.VendorAddress, openAI.ApiKey);
            return (dimensions => new OpenAIEmbeddings(options, model, dimensions), null);
        }

        return (null, $"{Setting}: there is no provider '{(provider.Length <= 80 ? provider : provider[..80])}' that makes vectors: it must be gemini or openai, with its key set, ollama, or one of {ProvidersOptions.Section}:Endpoints.");
    }

    private sealed class Validation(string? fault) : IValidateOptions<FileSearchToolOptions>
    {
        public ValidateOptionsResult Validate(string? name, FileSearchToolOptions options) => fault is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(fault);
    }
}

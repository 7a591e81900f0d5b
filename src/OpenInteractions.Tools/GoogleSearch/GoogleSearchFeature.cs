using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Tools.GoogleSearch.Local;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>Registers <c>google_search</c>, and the engine that is set.</summary>
internal static class GoogleSearchFeature
{
    public static void AddGoogleSearch(this IServiceCollection services)
    {
        services.AddCheckedOptions<GoogleSearchOptions>(GoogleSearchOptions.Section);
        services.AddSingleton<IValidateOptions<GoogleSearchOptions>, GoogleSearchSettings>();
        services.AddHttpClient(SearchEngines.ClientName)
            .ConfigurePrimaryHttpMessageHandler(s => GuardOf(s).NewHandler())
            .RemoveAllLoggers() // it would log queries
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan); // the handler renews its connections by itself
        services.AddSingleton<SearchLog>();
        services.AddSingleton<LocalIndex>();
        services.AddHostedService<LocalIndexing>();
        services.AddSingleton<SearchEngines>();
        services.AddSingleton<IToolKind, GoogleSearchKind>();
    }

    // The address is the operator's word, and may be private.
    private static OutboundGuard GuardOf(IServiceProvider services)
    {
        var guard = services.GetRequiredService<OutboundGuard>();
        return services.GetRequiredService<IOptions<GoogleSearchOptions>>().Value.Address is { Length: > 0 } address ? guard.Trusting(new Uri(address)) : guard;
    }
}

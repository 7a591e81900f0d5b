using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>Registers <c>google_maps</c>, and the instances that are set.</summary>
internal static class GoogleMapsFeature
{
    public static void AddGoogleMaps(this IServiceCollection services)
    {
        services.AddCheckedOptions<GoogleMapsOptions>(GoogleMapsOptions.Section);
        services.AddSingleton<IValidateOptions<GoogleMapsOptions>, GoogleMapsSettings>();
        services.AddInstance(MapEngines.NominatimClient, o => o.NominatimAddress);
        services.AddInstance(MapEngines.OverpassClient, o => o.OverpassAddress);
        services.AddSingleton<MapsLog>();
        services.AddSingleton<MapEngines>();
        services.AddSingleton<IToolKind, GoogleMapsKind>();
    }

    // The address is the operator's word, and may be private.
    private static void AddInstance(this IServiceCollection services, string client, Func<GoogleMapsOptions, string?> addressOf) =>
        services.AddHttpClient(client)
            .ConfigurePrimaryHttpMessageHandler(s =>
            {
                var guard = s.GetRequiredService<OutboundGuard>();
                return (addressOf(s.GetRequiredService<IOptions<GoogleMapsOptions>>().Value) is { Length: > 0 } address ? guard.Trusting(new Uri(address)) : guard).NewHandler();
            })
            .RemoveAllLoggers() // it would log queries
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan); // the handler renews its connections by itself
}

using Microsoft.Extensions.DependencyInjection;

namespace OpenInteractions.Providers.Http;

/// <summary>Registers the HTTP client of all upstreams.</summary>
public static class UpstreamHttp
{
    /// <summary>
    /// One pooled handler for all upstreams. It follows no redirect, because a redirect would carry a key to another host. A handler has no
    /// total time-out, and there must be none: a background answer may take hours (P-7).
    /// </summary>
    public static IHttpClientBuilder AddUpstreamHttp(this IServiceCollection services, UpstreamOptions options) =>
        services.AddHttpClient(UpstreamClient.ClientName)
            .ConfigurePrimaryHttpMessageHandler(() => NewHandler(options))
            .RemoveAllLoggers() // it would log addresses, and it costs as much as the call's own mapping
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan); // the handler renews its connections by itself

    internal static SocketsHttpHandler NewHandler(UpstreamOptions options) => new()
    {
        ConnectTimeout = options.ConnectTimeout,
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null, // trace ids are this installation's own and none of the vendor's business
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows DNS changes
        EnableMultipleHttp2Connections = true,
    };
}

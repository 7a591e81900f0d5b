using Microsoft.Extensions.DependencyInjection;

namespace OpenInteractions.Engine.Outbound;

/// <summary>Registers the guard, and the HTTP client whose requests all pass it.</summary>
public static class OutboundHttp
{
    /// <summary>The name of the client for <see cref="IHttpClientFactory"/> and <see cref="IHttpMessageHandlerFactory"/>.</summary>
    public const string ClientName = "outbound";

    /// <summary>Adds the <see cref="OutboundGuard"/> and its client.</summary>
    public static IServiceCollection AddOutboundGuard(this IServiceCollection services)
    {
        services.AddSingleton<OutboundGuard>();
        services.AddHttpClient(ClientName)
            .ConfigurePrimaryHttpMessageHandler(s => s.GetRequiredService<OutboundGuard>().NewHandler())
            .RemoveAllLoggers() // it would log addresses
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan); // the handler renews its connections by itself
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Secrets;

namespace OpenInteractions.Engine.Credentials;

/// <summary>Registers credentials: those who take them, and the one who opens them.</summary>
public static class CredentialsFeature
{
    /// <summary>Adds the use cases and <see cref="ICredentials"/>.</summary>
    public static IServiceCollection AddCredentials(this IServiceCollection services)
    {
        services.AddSingleton(s => new SealedCredentials(s.GetRequiredService<ISecretBox>(), s.GetRequiredService<ILogger<SealedCredentials>>()));
        services.AddSingleton(s => new CreateCredential(
            s.GetRequiredService<ICredentialStore>(), s.GetRequiredService<SealedCredentials>(), s.GetRequiredService<OutboundGuard>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new ChangeCredential(
            s.GetRequiredService<ICredentialStore>(), s.GetRequiredService<SealedCredentials>(), s.GetRequiredService<OutboundGuard>(), s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<ICredentials, Credentials>();
        return services;
    }
}

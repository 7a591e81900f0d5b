using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>Registers the ways out of sandboxes.</summary>
public static class EgressFeature
{
    /// <summary>
    /// Adds <see cref="ISandboxNetworks"/>, its settings and its instruments. Needs the <see cref="OutboundGuard"/> and a <see cref="TimeProvider"/>; where there are
    /// <see cref="ICredentials"/>, sandboxes send them.
    /// </summary>
    public static IServiceCollection AddSandboxNetworks(this IServiceCollection services)
    {
        services.AddCheckedOptions<EgressOptions>(EgressOptions.Section);
        services.AddSingleton<IValidateOptions<EgressOptions>, Validation>();
        services.TryAddSingleton<IProjectSecrets>(s => s.GetService<ICredentials>() is { } credentials ? new CredentialSecrets(credentials, s.GetRequiredService<ILogger<CredentialSecrets>>()) : new NoSecrets());
        services.AddSingleton<EgressInstruments>();
        services.AddSingleton<ISandboxNetworks>(s => new SandboxNetworks(
            s.GetRequiredService<OutboundGuard>(), s.GetRequiredService<IOptions<EgressOptions>>(), s.GetRequiredService<IProjectSecrets>(), s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<EgressInstruments>(), s.GetRequiredService<ILogger<SandboxNetworks>>()));
        return services;
    }

    private sealed class Validation : IValidateOptions<EgressOptions>
    {
        public ValidateOptionsResult Validate(string? name, EgressOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}

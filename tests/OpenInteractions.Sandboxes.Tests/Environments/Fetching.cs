using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Environments whose sources are fetched through the guard.</summary>
internal static class Fetching
{
    /// <param name="adjust">Settings.</param>
    /// <param name="allow">Whether servers of this machine may be fetched from.</param>
    /// <param name="world">What else environments meet.</param>
    public static EnvironmentRig Rig(Action<EnvironmentOptions>? adjust = null, bool allow = true, EnvironmentRig.World? world = null)
    {
        var options = new EnvironmentOptions();
        adjust?.Invoke(options);
        var services = new ServiceCollection();
        services.AddSingleton(Options.Create(Outbound(allow)));
        services.AddOutboundGuard();
        var provider = services.BuildServiceProvider();
        var guard = provider.GetRequiredService<OutboundGuard>();
        return new EnvironmentRig(
            adjust, [new RepositorySource(provider.GetRequiredService<IHttpClientFactory>(), guard, Options.Create(options)), new BucketSource(guard, Options.Create(options)), new SkillSource(guard, Options.Create(options))], world);
    }

    public static OutboundOptions Outbound(bool allow)
    {
        var outbound = new OutboundOptions();
        if (allow)
        {
            outbound.AllowedNetworks.Add("127.0.0.1/32");
        }

        return outbound;
    }
}

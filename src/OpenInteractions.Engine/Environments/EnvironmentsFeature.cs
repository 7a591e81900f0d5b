using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Engine.Environments;

/// <summary>Registers environments. The machine, network rules and further sources are taken when somebody registers them.</summary>
public static class EnvironmentsFeature
{
    /// <summary>Adds them, and the work in the background.</summary>
    public static IServiceCollection AddEnvironments(this IServiceCollection services)
    {
        services.AddCheckedOptions<EnvironmentOptions>(EnvironmentOptions.Section);
        services.AddSingleton<IEnvironmentSource, InlineSource>();
        services.AddSingleton<IEnvironmentSource, RepositorySource>();
        services.AddSingleton<EnvironmentUploads>();
        services.AddSingleton<UploadToEnvironment>();
        services.AddSingleton<HostEnvironments>();
        services.AddSingleton<IEnvironments>(s => s.GetRequiredService<HostEnvironments>());
        services.AddSingleton<IEnvironmentSpecRules>(s => s.GetRequiredService<HostEnvironments>());
        services.AddSingleton<EnvironmentKeeper>();
        services.AddHostedService(s => s.GetRequiredService<EnvironmentKeeper>());
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
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
        services.AddSingleton<IValidateOptions<EnvironmentOptions>, Validation>();
        services.AddSingleton<IEnvironmentSource, RepositorySource>();
        services.AddSingleton<IEnvironmentSource, BucketSource>();
        services.AddSingleton<IEnvironmentSource, SkillSource>();
        services.AddSingleton<EnvironmentUploads>();
        services.AddSingleton<UploadToEnvironment>();
        services.AddSingleton<HostEnvironments>();
        services.AddSingleton<IEnvironments>(s => s.GetRequiredService<HostEnvironments>());
        services.AddSingleton<IEnvironmentSpecRules>(s => s.GetRequiredService<HostEnvironments>());
        services.AddSingleton<EnvironmentKeeper>();
        services.AddHostedService(s => s.GetRequiredService<EnvironmentKeeper>());
        return services;
    }

    private sealed class Validation : IValidateOptions<EnvironmentOptions>
    {
        public ValidateOptionsResult Validate(string? name, EnvironmentOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}

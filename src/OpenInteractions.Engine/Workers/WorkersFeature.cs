using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Engine.Workers;

/// <summary>Registers workers; who takes their connections registers itself.</summary>
public static class WorkersFeature
{
    /// <summary>Adds them.</summary>
    public static IServiceCollection AddWorkers(this IServiceCollection services)
    {
        services.AddCheckedOptions<WorkerOptions>(WorkerOptions.Section);
        services.AddSingleton<CreateWorker>();
        services.AddSingleton<LeaseWorker>();
        return services;
    }
}

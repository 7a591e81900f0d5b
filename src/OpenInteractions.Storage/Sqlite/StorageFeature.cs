using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Puts the embedded store behind the engine's interfaces.</summary>
public static class StorageFeature
{
    /// <summary>
    /// Adds <see cref="IInteractionStore"/>, <see cref="IRunQueue"/> and <see cref="IEventJournal"/> over SQLite. The store opens when the host
    /// starts, so that a directory in use stops the start, and closes after everything that uses it.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="dataDirectory">Created with mode 700 when it is not there.</param>
    public static IServiceCollection AddSqliteStorage(this IServiceCollection services, string dataDirectory)
    {
        services.AddCheckedOptions<SqliteOptions>(SqliteOptions.Section);
        services.AddSingleton(provider => SqliteStorage.Open(
            dataDirectory,
            provider.GetRequiredService<IOptions<SqliteOptions>>().Value,
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<SqliteStorage>>()));
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStorage>().Interactions);
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStorage>().Runs);
        services.AddSingleton(provider => provider.GetRequiredService<SqliteStorage>().Journal);
        services.AddHostedService<Opening>();
        return services;
    }

    /// <summary>Has the store opened at the host's start; the container closes it.</summary>
    private sealed class Opening(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<SqliteStorage>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

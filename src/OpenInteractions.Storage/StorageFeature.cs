using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage;

/// <summary>Puts a store behind the engine's interfaces: PostgreSQL when a connection string is set, else the embedded one.</summary>
public static class StorageFeature
{
    /// <summary>
    /// Adds <see cref="IInteractionStore"/>, <see cref="IRunQueue"/>, <see cref="IEventJournal"/>, what keeps documents for <c>file_search</c>, <see cref="Engine.Environments.IEnvironmentStore"/>,
    /// <see cref="Engine.Workers.IWorkerStore"/>, <see cref="Engine.Credentials.ICredentialStore"/>, <see cref="Engine.Agents.IAgentStore"/>, <see cref="Engine.Tenancy.IApiKeyStore"/>,
    /// <see cref="Engine.Nodes.INodeSignals"/> and <see cref="Engine.Nodes.INodeKeys"/>. The store opens when the host starts, so that a
    /// directory in use or a database out of reach stops the start, and closes after everything that uses it.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="dataDirectory">Where keys are kept, and the embedded store; created with mode 700 when it is not there.</param>
    public static IServiceCollection AddStorage(this IServiceCollection services, string dataDirectory)
    {
        services.AddCheckedOptions<SqliteOptions>(SqliteOptions.Section);
        services.AddCheckedOptions<PostgresOptions>(PostgresOptions.Section);
        services.AddSingleton<IValidateOptions<PostgresOptions>, PostgresConnectionString.Check>();
        services.AddSingleton(provider => Open(provider, dataDirectory));
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Interactions);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Runs);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Journal);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().FileSearchStores);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Uploads);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Documents);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Chunks);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Environments);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Checkpoints);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Images);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Workers);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Credentials);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Agents);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().ApiKeys);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Signals);
        services.AddSingleton(provider => provider.GetRequiredService<IStorageEngine>().Keys);
        services.AddSingleton<IEmbeddedDatabase>(provider => new EmbeddedDatabase(dataDirectory, provider.GetRequiredService<IOptions<SqliteOptions>>()));
        services.AddHostedService<Opening>();
        return services;
    }

    private static IStorageEngine Open(IServiceProvider provider, string dataDirectory)
    {
        var postgres = provider.GetRequiredService<IOptions<PostgresOptions>>().Value;
        if (!postgres.IsSet)
        {
            return SqliteStorage.Open(
                dataDirectory,
                provider.GetRequiredService<IOptions<SqliteOptions>>().Value,
                provider.GetService<TimeProvider>() ?? TimeProvider.System,
                provider.GetRequiredService<ILogger<SqliteStorage>>());
        }

        DataDirectory.MakePrivate(dataDirectory);
        return PostgresStorage.Open(postgres, provider.GetRequiredService<ILogger<PostgresStorage>>());
    }

    /// <summary>Has the store opened at the host's start; the container closes it.</summary>
    private sealed class Opening(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<IStorageEngine>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

namespace OpenInteractions.Bench.Stores;

/// <summary>What servers under test store things in: a data directory each, and with PostgreSQL one database for all of them.</summary>
internal sealed class Store(string directory, DatabaseServer? server, string? name) : IAsyncDisposable
{
    /// <summary>Where the engine looks for its database. Always set: the caller's environment must not decide.</summary>
    private const string Setting = "OpenInteractions__Storage__Postgres__ConnectionString";

    /// <summary>The pages of the server's tables and indexes, without the maps that PostgreSQL keeps beside them and without its own catalogue.</summary>
    private const string WeighSql = "SELECT sum(pg_relation_size(oid))::bigint FROM pg_class WHERE relkind IN ('r', 'i', 't') AND oid >= 16384";

    private const string UnfinishedSql = "SELECT count(*) FROM runs";

    private const string QueuedSql = "SELECT count(*) FROM runs WHERE state = 'queued'";

    public (string Name, string? Value) Settings => (Setting, server?.ConnectionString(name!));

    /// <summary>Where its database is; only with PostgreSQL.</summary>
    public string ConnectionString => server?.ConnectionString(name!) ?? throw NoDatabase();

    public string Directory => directory;

    /// <summary>Null with SQLite.</summary>
    public DatabaseServer? Database => server;

    /// <summary>The data directory of one of several servers that share the store.</summary>
    public string DirectoryOf(int node) => node == 0 ? directory : $"{directory}-node-{node}";

    /// <summary>Bytes at rest; no server runs meanwhile, so that no log file of the database hides or doubles a turn.</summary>
    public async Task<long> WeighAsync(CancellationToken cancellationToken)
    {
        if (server is null)
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }

        await SettleAsync(cancellationToken);
        return await CountAsync(WeighSql, cancellationToken);
    }

    /// <summary>Has PostgreSQL do now what it would otherwise do in the background some time during a measurement.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var sql in server is null ? [] : (string[])["VACUUM (ANALYZE)", "CHECKPOINT"])
        {
            await server!.ExecuteAsync(name!, sql, cancellationToken);
        }
    }

    /// <summary>Runs that have not ended, in the table that the queue's index belongs to.</summary>
    public Task<long> UnfinishedAsync(CancellationToken cancellationToken) => CountAsync(UnfinishedSql, cancellationToken);

    /// <summary>Those of them that nobody works on.</summary>
    public Task<long> QueuedAsync(CancellationToken cancellationToken) => CountAsync(QueuedSql, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DropAsync(name!);
        }
    }

    private async Task<long> CountAsync(string sql, CancellationToken cancellationToken) => server is null
        ? throw NoDatabase()
        : (long)(await server.QueryAsync(name!, sql, cancellationToken))!;

    private static InvalidOperationException NoDatabase() => new("This store has no PostgreSQL to ask.");
}

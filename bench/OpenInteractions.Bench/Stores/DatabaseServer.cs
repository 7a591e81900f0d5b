using Npgsql;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Bench.Stores;

/// <summary>The bench's own PostgreSQL, with durable commits: a database for each store.</summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    /// <summary>PostgreSQL's own default; the tests do with less.</summary>
    private const string Buffers = "shared_buffers = 128MB";

    private const string Administration = "postgres";

    private const string DescribeSql = """
        SELECT format('PostgreSQL %s on a Unix socket, fsync %s, synchronous_commit %s, full_page_writes %s, shared_buffers %s',
            split_part(current_setting('server_version'), ' ', 1), current_setting('fsync'), current_setting('synchronous_commit'),
            current_setting('full_page_writes'), current_setting('shared_buffers'))
        """;

    private readonly PostgresCluster _cluster;
    private readonly int _pid;

    private DatabaseServer(PostgresCluster cluster) => (_cluster, _pid) = (cluster, cluster.ProcessId);

    /// <summary>Version and settings that decide what a commit costs.</summary>
    public string Description { get; private set; } = "";

    /// <summary>Processor time of all its processes so far, those included that have ended.</summary>
    public TimeSpan Cpu => ProcessFigures.CpuWithChildren(_pid);

    public static async Task<DatabaseServer> StartAsync(string root)
    {
        var server = new DatabaseServer(await PostgresCluster.StartAsync(Path.Combine(root, "postgres"), Buffers));
        try
        {
            server.Description = (string)(await server.QueryAsync(Administration, DescribeSql, CancellationToken.None))!;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string ConnectionString(string database) => _cluster.ConnectionString(database);

    public async Task<string> NewDatabaseAsync(CancellationToken cancellationToken)
    {
        var name = _cluster.NextName();
        await ExecuteAsync(Administration, $"CREATE DATABASE {name} TEMPLATE template0", cancellationToken);
        return name;
    }

    public Task DropAsync(string database) => ExecuteAsync(Administration, $"DROP DATABASE {database} WITH (FORCE)", CancellationToken.None);

    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var source = Open(database);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;     // A vacuum takes what it takes.
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<object?> QueryAsync(string database, string sql, CancellationToken cancellationToken)
    {
        await using var source = Open(database);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private NpgsqlDataSource Open(string database) => NpgsqlDataSource.Create($"{ConnectionString(database)};Pooling=false");
}

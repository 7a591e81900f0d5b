using Npgsql;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>Several server processes over one database of their own. The first reaches it through a proxy.</summary>
internal sealed class NodeGroup : IAsyncDisposable
{
    /// <summary>Longer than any test waits: what happens earlier did not happen by looking now and then.</summary>
    public static readonly (string, string) NoPolling = ("OpenInteractions__Runs__PollInterval", "00:01:00");

    private readonly string _connectionString;
    private readonly List<ServerProcess> _nodes = [];

    private NodeGroup(DatabaseProxy proxy, string connectionString) => (Proxy, _connectionString) = (proxy, connectionString);

    public ServerProcess this[int node] => _nodes[node];

    /// <summary>All of them.</summary>
    public IReadOnlyList<ServerProcess> All => _nodes;

    /// <summary>The first node's way to the database.</summary>
    public DatabaseProxy Proxy { get; }

    public static Task<NodeGroup> StartAsync(int nodes, params (string Name, string Value)[] settings) => StartAsync(nodes, _ => settings);

    /// <summary>Starts nodes that have settings of their own.</summary>
    public static async Task<NodeGroup> StartAsync(int nodes, Func<int, (string Name, string Value)[]> settings)
    {
        const string setting = "OpenInteractions__Storage__Postgres__ConnectionString";
        var cluster = await PostgresCluster.GetAsync();
        var name = cluster.NextName();
        await using (var source = NpgsqlDataSource.Create(cluster.ConnectionString("postgres") + ";Pooling=false"))
        await using (var create = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE template0"))
        {
            await create.ExecuteNonQueryAsync();
        }

        var group = new NodeGroup(new DatabaseProxy(cluster), cluster.ConnectionString(name));
        try
        {
            for (var node = 0; node < nodes; node++)
            {
                var connectionString = node == 0 ? group.Proxy.ConnectionString(name) : group._connectionString;
                group._nodes.Add(await ServerProcess.StartAsync([.. settings(node), (setting, connectionString)]));
            }

            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>A short lease, so that a dead owner is found soon; long enough for a busy machine to renew it.</summary>
    public static (string, string) Lease(int seconds) => ("OpenInteractions__Runs__LeaseTime", $"00:00:{seconds:00}");

    /// <summary>The way to the database that the other nodes go.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>The database's name in its server.</summary>
    public string Database => new NpgsqlConnectionStringBuilder(_connectionString).Database!;

    /// <summary>Changes the database behind the nodes' backs.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The last number of an epoch that the journal has.</summary>
    public async Task<long> JournalledAsync(string id, long epoch)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString + ";Pooling=false");
        await using var command = source.CreateCommand("SELECT coalesce(max(last_number), 0) FROM journal WHERE id = $1 AND epoch = $2");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(epoch);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// The last number that the journal has of each epoch whose owner has been replaced, of runs that go on; 0 where he had written nothing. Nothing may be added.
    /// </summary>
    public Task<IReadOnlyDictionary<(string Id, long Epoch), long>> ReplacedAsync() => LastNumbersAsync("""
        SELECT r.id, e.epoch, coalesce(max(j.last_number), 0)
        FROM runs r CROSS JOIN LATERAL generate_series(1, r.epoch - 1) AS e (epoch) LEFT JOIN journal j ON j.id = r.id AND j.epoch = e.epoch
        GROUP BY r.id, e.epoch
        """);

    /// <summary>The last number that the journal has of each epoch.</summary>
    public Task<IReadOnlyDictionary<(string Id, long Epoch), long>> LastNumbersAsync() =>
        LastNumbersAsync("SELECT id, epoch, max(last_number) FROM journal GROUP BY id, epoch");

    private async Task<IReadOnlyDictionary<(string Id, long Epoch), long>> LastNumbersAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var last = new Dictionary<(string, long), long>();
        while (await rows.ReadAsync())
        {
            last[(rows.GetString(0), rows.GetInt64(1))] = rows.GetInt64(2);
        }

        return last;
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        await Proxy.DisposeAsync();
    }
}

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

    /// <summary>The first node's way to the database.</summary>
    public DatabaseProxy Proxy { get; }

    public static async Task<NodeGroup> StartAsync(int nodes, params (string Name, string Value)[] settings)
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
            foreach (var connectionString in Enumerable.Repeat(group._connectionString, nodes - 1).Prepend(group.Proxy.ConnectionString(name)))
            {
                group._nodes.Add(await ServerProcess.StartAsync([.. settings, (setting, connectionString)]));
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

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
        await Proxy.DisposeAsync();
    }
}

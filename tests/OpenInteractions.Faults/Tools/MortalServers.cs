using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>Where runs are kept.</summary>
public enum StorageEngine
{
    /// <summary>One server on its own files, which is started again.</summary>
    Sqlite,

    /// <summary>Two servers on one database: the other one goes on.</summary>
    Postgres,
}

/// <summary>Servers of which one is killed, and who goes on with its runs.</summary>
internal sealed class MortalServers : IAsyncDisposable
{
    private readonly ServerProcess? _server;
    private readonly NodeGroup? _nodes;

    private MortalServers(ServerProcess? server, NodeGroup? nodes) => (_server, _nodes) = (server, nodes);

    /// <summary>The servers.</summary>
    public IReadOnlyList<ServerProcess> All => _nodes?.All ?? [_server!];

    /// <summary>The one that is killed.</summary>
    public ServerProcess First => All[0];

    /// <summary>Reaches who goes on.</summary>
    public InteractionsClient Next => All[^1].Client;

    public static async Task<MortalServers> StartAsync(StorageEngine engine, params (string Name, string Value)[] settings) => engine switch
    {
        StorageEngine.Sqlite => new MortalServers(await ServerProcess.StartAsync(settings), nodes: null),
        _ => new MortalServers(server: null, await NodeGroup.StartAsync(2, [.. settings, NodeGroup.Lease(seconds: 3)])),
    };

    /// <summary>Sees to it that somebody goes on after the first has ended.</summary>
    public Task GoOnAsync() => _server?.StartAgainAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}

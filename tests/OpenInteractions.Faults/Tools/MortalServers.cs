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

    /// <summary>Who goes on.</summary>
    public ServerProcess Other => All[^1];

    /// <summary>Reaches who goes on.</summary>
    public InteractionsClient Next => Other.Client;

    public static async Task<MortalServers> StartAsync(StorageEngine engine, params (string Name, string Value)[] settings) => engine switch
    {
        StorageEngine.Sqlite => new MortalServers(await ServerProcess.StartAsync(settings), nodes: null),
        _ => new MortalServers(server: null, await NodeGroup.StartAsync(2, [.. settings, NodeGroup.Lease(seconds: 3)])),
    };

    /// <summary>Sees to it that somebody goes on after the first has ended.</summary>
    public Task GoOnAsync() => _server?.StartAgainAsync() ?? Task.CompletedTask;

    /// <summary>The first has gone: somebody goes on, and a client whose stream was cut resumes behind what he has.</summary>
    public async Task<(Answer End, IReadOnlyList<ServerEvent> Whole)> GoOnAsync(EventReader cut)
    {
        var before = await cut.ToCutAsync();
        await GoOnAsync();
        await using var rest = await Next.FollowAsync(cut.InteractionId, cut.LastEventId);
        List<ServerEvent> whole = [.. before, .. await rest.ToEndAsync()];
        return ((await Next.GetAsync(cut.InteractionId)).Ok(), whole);
    }

    /// <summary>What a client has read over the cut is the stream, and can be continued exactly from every place of it.</summary>
    public async Task AssertContinuesAsync(Answer end, IReadOnlyList<ServerEvent> whole, string status = "completed")
    {
        Assert.Equal(status, end.State);
        Folds.AssertExact(end, whole);
        await using (var replay = await Next.FollowAsync(end.Id))
        {
            Folds.AssertNoneMissing(await replay.ToEndAsync(), whole);
        }

        for (var seen = 1; seen < whole.Count; seen++)
        {
            await using var resumed = await Next.FollowAsync(end.Id, whole[seen - 1].EventId);
            Folds.AssertExact(end, whole.Take(seen).Concat(await resumed.ToEndAsync()));
        }
    }

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

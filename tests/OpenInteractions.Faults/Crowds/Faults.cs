using System.Diagnostics;
using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>What can happen to servers.</summary>
internal enum Fault
{
    /// <summary><c>kill -9</c>, and a new start.</summary>
    Kill,

    /// <summary>It hangs until others have taken its runs, and then goes on.</summary>
    Pause,

    /// <summary>The database crashes and comes back.</summary>
    DatabaseRestart,
}

/// <summary>Makes faults, and notes which calls of the provider they may have cost.</summary>
internal sealed class Faults(Servers servers, SlowChat provider, Random random, NodeGroup? nodes = null)
{
    private readonly List<ChatCall> _inFlight = [];
    private readonly Dictionary<(string Id, long Epoch), long> _closed = [];

    /// <summary>The calls that were in flight at a fault, as often as they were.</summary>
    public IReadOnlyList<ChatCall> InFlight => _inFlight;

    /// <summary>What owners had written of runs when they were known to be replaced: the last number of each epoch.</summary>
    public IReadOnlyDictionary<(string Id, long Epoch), long> Closed => _closed;

    /// <summary>So many faults of each kind, in an order that luck gives.</summary>
    public IReadOnlyList<Fault> Order(params (Fault Fault, int Count)[] counts)
    {
        var order = counts.SelectMany(c => Enumerable.Repeat(c.Fault, c.Count)).ToArray();
        random.Shuffle(order);
        return order;
    }

    public Task MakeAsync(Fault fault) => fault switch
    {
        Fault.Kill => KillAsync(),
        Fault.Pause => PauseAsync(),
        _ => RestartDatabaseAsync(),
    };

    /// <summary>The name by which the provider knows a server.</summary>
    public static string CallerName(int server) => $"node-{server}";

    private async Task KillAsync()
    {
        var (server, caller) = Victim();
        using var trouble = servers.Trouble(server);
        var since = Stopwatch.GetTimestamp();
        await server.KillAsync();
        Note(since, caller);
        await server.StartAgainAsync();
    }

    private async Task PauseAsync()
    {
        var (server, caller) = Victim();
        await provider.CalledOpenAsync(caller);
        using var trouble = servers.Trouble(server);
        var since = Stopwatch.GetTimestamp();
        server.Pause();
        try
        {
            await provider.CalledByOthersAsync(caller, Note(since, caller));
            foreach (var (place, last) in await nodes!.ReplacedAsync())
            {
                _closed[place] = last;
            }
        }
        catch
        {
            server.Resume();
            throw;
        }

        var noticed = server.LoggedAsync("Lost the lease of run");
        server.Resume();
        await noticed;
    }

    private async Task RestartDatabaseAsync()
    {
        using var trouble = servers.Trouble();
        var since = Stopwatch.GetTimestamp();
        await (await PostgresCluster.GetAsync()).OrderAsync("restart");
        Note(since, caller: null);
    }

    private (ServerProcess Server, string Caller) Victim()
    {
        var victim = random.Next(servers.All.Count);
        return (servers.All[victim], CallerName(victim));
    }

    private List<ChatCall> Note(long since, string? caller)
    {
        var until = Stopwatch.GetTimestamp();
        var open = provider.AllCalls.Where(c => (caller is null || c.Caller == caller) && c.WasOpen(since, until)).ToList();
        _inFlight.AddRange(open);
        return open;
    }
}

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

/// <summary>Makes faults, one after the other, and notes which calls of the provider they may have cost.</summary>
internal sealed class FaultPlan
{
    /// <summary>For tests in which a run is cut again and again by luck, and not because it kills its server.</summary>
    public static readonly (string, string) EndlessTakeOvers = ("OpenInteractions__Runs__MaxTakeOvers", "100");

    private readonly List<ChatCall> _inFlight = [];
    private readonly Dictionary<(string Id, long Epoch), long> _closed = [];
    private readonly Milestones _milestones = new();
    private readonly Servers _servers;
    private readonly SlowChat _provider;
    private readonly Crowd _crowd;
    private readonly Random _random;
    private readonly Action<string> _log;
    private readonly NodeGroup? _nodes;
    private readonly Fault[] _order;
    private ServerProcess? _pausedLast;
    private int _made;

    /// <param name="servers">To whom they happen.</param>
    /// <param name="provider">Knows what was in flight.</param>
    /// <param name="crowd">Whose runs they cut.</param>
    /// <param name="random">Chooses order and victims.</param>
    /// <param name="log">Told of each.</param>
    /// <param name="nodes">The servers again, where they share a database.</param>
    /// <param name="counts">How many of each kind.</param>
    public FaultPlan(Servers servers, SlowChat provider, Crowd crowd, Random random, Action<string> log, NodeGroup? nodes, params (Fault Fault, int Count)[] counts)
    {
        (_servers, _provider, _crowd, _random, _log, _nodes) = (servers, provider, crowd, random, log, nodes);
        _order = [.. counts.SelectMany(c => Enumerable.Repeat(c.Fault, c.Count))];
        random.Shuffle(_order);
    }

    /// <summary>How many there are.</summary>
    public int Count => _order.Length;

    /// <summary>The calls that were in flight at a fault, as often as they were.</summary>
    public IReadOnlyList<ChatCall> InFlight => _inFlight;

    /// <summary>What owners had written of runs when they were known to be replaced: the last number of each epoch.</summary>
    public IReadOnlyDictionary<(string Id, long Epoch), long> Closed => _closed;

    /// <summary>The part of the work that may be done before this many faults were made: none comes too late to find something to break.</summary>
    public int ShareOf(int made, int work) => made >= Count ? work : work * (made + 1) / (Count + 1);

    /// <summary>Completes when so many have been made that this place of the work may be reached.</summary>
    public Task AllowAsync(int place, int work) => place < ShareOf(Volatile.Read(ref _made), work)
        ? Task.CompletedTask
        : _milestones.ReachedAsync(() => place < ShareOf(Volatile.Read(ref _made), work), () => $"{_made} of {Count} faults were made.");

    /// <summary>Makes them all while the work goes on, each when its time has come.</summary>
    public async Task DuringAsync(Task work, Func<int, Task> timeOf)
    {
        var making = MakeAllAsync();
        await await Task.WhenAny(work, making);
        await Task.WhenAll(work, making);

        async Task MakeAllAsync()
        {
            for (var i = 0; i < Count; i++)
            {
                await timeOf(i);
                await MakeAsync(_order[i]);
                Interlocked.Increment(ref _made);
                _milestones.Count();
            }
        }
    }

    private Task MakeAsync(Fault fault) => fault switch
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
        using var trouble = _servers.Trouble(server);
        var since = Stopwatch.GetTimestamp();
        await server.KillAsync();
        Note(since, caller);
        await server.StartAgainAsync();
        Log($"{caller} was killed and is back");
    }

    private async Task PauseAsync()
    {
        var (server, caller, inHand, since) = await HoldAsync();
        using var trouble = _servers.Trouble(server);
        try
        {
            await _provider.CalledByOthersAsync(caller, inHand, since);
            foreach (var (place, last) in await _nodes!.ReplacedAsync())
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
        Log($"{caller} hung and goes on");
    }

    /// <summary>Holds a server still that has something in hand.</summary>
    private async Task<(ServerProcess Server, string Caller, IReadOnlyCollection<ChatCall> InHand, long Since)> HoldAsync()
    {
        while (true)
        {
            // Another one than the last time: that one may for a moment still work on what it has lost, which nobody would take from it.
            await _provider.OpenAsync([.. _servers.All.Index().Where(s => s.Item != _pausedLast).Select(s => CallerName(s.Index))]);
            var (server, caller) = Victim(_pausedLast);
            var since = Stopwatch.GetTimestamp();
            server.Pause();
            if (Note(since, caller).Where(_provider.IsLast).ToList() is { Count: > 0 } inHand)
            {
                _pausedLast = server;
                return (server, caller, inHand, since);
            }

            server.Resume(); // it was the end of its last one
        }
    }

    private async Task RestartDatabaseAsync()
    {
        using var trouble = _servers.Trouble();
        var since = Stopwatch.GetTimestamp();
        await (await PostgresCluster.GetAsync()).OrderAsync("restart");
        Note(since, caller: null);
        Log("the database was restarted");
    }

    private void Log(string text) => _log($"{Stopwatch.GetElapsedTime(0).TotalSeconds % 1000:0.0} s: {text}");

    /// <summary>A server, of those that have something in hand if any has.</summary>
    private (ServerProcess Server, string Caller) Victim(ServerProcess? spared = null)
    {
        var all = _servers.All.Index().Where(s => s.Item != spared).Select(s => (Server: s.Item, Caller: CallerName(s.Index))).ToList();
        var busy = _provider.CallersWithWork();
        var victims = all.Any(s => busy.Contains(s.Caller)) ? all.FindAll(s => busy.Contains(s.Caller)) : all;
        return victims[_random.Next(victims.Count)];
    }

    /// <summary>Notes the calls that were open, and those whose answer was there and the end of the run was not: it may not have been kept.</summary>
    /// <returns>Those that were open.</returns>
    private List<ChatCall> Note(long since, string? caller)
    {
        var until = Stopwatch.GetTimestamp();
        var calls = _provider.AllCalls.Where(c => caller is null || c.Caller == caller).ToLookup(c => c.WasOpen(since, until));
        var unkept = calls[false].Where(c => c.IsWhole && c.Began < since && !_crowd.IsOver(c.Prompt) && _provider.IsLast(c)).ToList();
        _inFlight.AddRange(calls[true]);
        _inFlight.AddRange(unkept);
        _log($"{Stopwatch.GetElapsedTime(0, since).TotalSeconds % 1000:0.0} s: {caller ?? "all"}, with {calls[true].Count()} open calls and {unkept.Count} that were answered");
        return [.. calls[true]];
    }
}

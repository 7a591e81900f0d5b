using System.Collections.Concurrent;
using System.Diagnostics;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>What one client of a crowd had of his run.</summary>
/// <param name="Id">The run.</param>
/// <param name="Prompt">What it was asked.</param>
/// <param name="Events">Every event that came, in the order in which they came.</param>
/// <param name="End">What a get showed when he had seen the end.</param>
/// <param name="EndedAt">When that was, as <see cref="Stopwatch"/> counts.</param>
internal sealed record CrowdRun(string Id, string Prompt, IReadOnlyList<ServerEvent> Events, Answer End, long EndedAt);

/// <summary>How the clients of a crowd ask and read.</summary>
internal enum CrowdHabit
{
    /// <summary>In the background; some follow the events, others come back when it should be over.</summary>
    Background,

    /// <summary>By a stream, of which half belong to runs in the background. They leave now and then, and come back.</summary>
    Streaming,
}

/// <summary>Many clients at once, each of which sees to it that it gets the answer to what it asked, whatever happens to the servers.</summary>
internal sealed class Crowd(Servers servers, SlowChat provider, FaultSeed seed, CrowdHabit habit)
{
    private const int LongestStay = 60;

    private readonly ConcurrentQueue<CrowdRun> _runs = new();
    private readonly ConcurrentDictionary<string, bool> _over = new();
    private readonly Milestones _milestones = new();
    private int _events;
    private int _ended;
    private int _returns;
    private int _doubtful;

    /// <summary>What became of the runs that were accepted.</summary>
    public IReadOnlyCollection<CrowdRun> Runs => _runs;

    /// <summary>How often a client resumed a stream.</summary>
    public int Returns => Volatile.Read(ref _returns);

    /// <summary>How many runs there may be that nobody was promised.</summary>
    public int Doubtful => Volatile.Read(ref _doubtful);

    /// <summary>True when somebody has seen the end of the run that was asked this.</summary>
    public bool IsOver(string prompt) => _over.ContainsKey(prompt);

    /// <summary>Makes so many runs, so many at a time, and reads them to their ends.</summary>
    /// <param name="runs">How many.</param>
    /// <param name="clients">How many at a time.</param>
    /// <param name="mayBegin">What each run waits for.</param>
    public Task WorkAsync(int runs, int clients, Func<int, Task> mayBegin) =>
        Parallel.ForAsync(0, runs, new ParallelOptions { MaxDegreeOfParallelism = clients }, async (i, _) =>
        {
            await mayBegin(i);
            _runs.Enqueue(await RunAsync(i));
            Interlocked.Increment(ref _ended);
            _milestones.Count();
        });

    /// <summary>Completes when so many runs have ended.</summary>
    public Task EndedAsync(int count) => _milestones.ReachedAsync(() => Volatile.Read(ref _ended) >= count, () => $"Only {_ended} of {count} runs ended.");

    /// <summary>Completes when so many events have been read.</summary>
    public Task ReadAsync(int count) => _milestones.ReachedAsync(() => Volatile.Read(ref _events) >= count, () => $"Only {_events} of {count} events came.");

    private async Task<CrowdRun> RunAsync(int i)
    {
        var random = seed.Of(i + 1);
        var isKeyed = random.Next(2) == 0;
        var turns = random.Next(2) == 0;
        var creation = new Creation($"run {i}", ModeOf(turns), isKeyed);
        var reader = new ResumingReader(servers, random, habit == CrowdHabit.Streaming ? LongestStay : int.MaxValue, e => OnEvent(creation, e));
        var begin = habit == CrowdHabit.Streaming ? creation.Next : await AcceptedAsync(random, creation, looksAway: turns);
        var events = await reader.ReadAsync(begin);
        var id = events[0].Json.GetProperty("interaction").GetProperty("id").GetString()!;
        var end = await servers.AskAsync(random, client => Servers.TakenAsync(client.GetAsync(id)));
        Interlocked.Add(ref _returns, reader.Returns);
        Interlocked.Add(ref _doubtful, creation.Doubtful);
        return new CrowdRun(id, creation.Prompt, events, end, Stopwatch.GetTimestamp());
    }

    private string ModeOf(bool turns) => (habit, turns) switch
    {
        (CrowdHabit.Background, _) => "\"background\":true",
        (_, true) => "\"stream\":true,\"background\":true",
        _ => "\"stream\":true",
    };

    private async Task<Func<InteractionsClient, HttpRequestMessage>> AcceptedAsync(Random random, Creation creation, bool looksAway)
    {
        var accepted = await servers.AskAsync(random, client => Servers.TakenAsync(client.SendAsync(creation.Next(client))));
        if (looksAway)
        {
            await provider.AnsweredAsync(creation.Prompt);
        }

        return client => client.Request(HttpMethod.Get, $"interactions/{accepted.Id}?stream=true", null);
    }

    private void OnEvent(Creation creation, ServerEvent value)
    {
        if (value.Name == "interaction.completed")
        {
            _over[creation.Prompt] = true;
        }

        Interlocked.Increment(ref _events);
        if (habit == CrowdHabit.Streaming)
        {
            _milestones.Count();
        }
    }
}

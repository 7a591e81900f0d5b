using System.Text;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tests.Interactions;

/// <summary>Stored turns in memory; of a store only what a chain reads, and what readers of events ask.</summary>
internal sealed class MemoryTurns : PartOfAStore
{
    private readonly Dictionary<string, StoredTurn> _turns = [];

    /// <summary>Every read: from which id, at most how many.</summary>
    public List<(string Id, int Limit)> Reads { get; } = [];

    /// <summary>Called between a read and its answer.</summary>
    public Action? WhenRead { get; set; }

    public int TurnsRead { get; private set; }

    /// <summary>The interaction whose events are followed.</summary>
    public StoredInteraction? Followed { get; set; }

    public string Add(string id, string? previousId, string output = "[]", string input = "[]", IReadOnlyList<HistoryStep>? states = null)
    {
        _turns[id] = new StoredTurn { Id = id, PreviousId = previousId, Input = Bytes(input), Output = Bytes(output), ProviderStates = states is null ? default : TurnJson.WriteStates(states) };
        return id;
    }

    /// <summary>A chain of turns that each say their id; gives the last one's id.</summary>
    public string AddChain(string prefix, int length, string? previousId = null, int bytes = 0)
    {
        for (var i = 1; i <= length; i++)
        {
            previousId = Add($"{prefix}{i}", previousId, Said($"{prefix}{i}{new string('.', bytes)}"));
        }

        return previousId!;
    }

    public void Remove(string id) => _turns.Remove(id);

    public static string Said(string text) => $$"""[{"type":"model_output","content":[{"type":"text","text":"{{text}}"}]}]""";

    public override Task<IReadOnlyList<StoredTurn>> LoadTurnsAsync(string project, string id, int limit, CancellationToken cancellationToken)
    {
        var page = new List<StoredTurn>();
        for (string? next = id; next is not null && page.Count < limit && _turns.TryGetValue(next, out var turn); next = turn.PreviousId)
        {
            page.Add(turn);
        }

        WhenRead?.Invoke();
        lock (_turns)
        {
            Reads.Add((id, limit));
            TurnsRead += page.Count;
        }

        return Task.FromResult<IReadOnlyList<StoredTurn>>(page);
    }

    public override Task<StoredInteraction?> GetAsync(string project, string id, CancellationToken cancellationToken) => Task.FromResult(Followed);

    public override Task<ParentInteraction?> GetParentAsync(string project, string id, CancellationToken cancellationToken) => Task.FromResult(Followed is { } it
        ? new ParentInteraction { Id = it.Id, Status = it.Status, RootId = it.RootId, Depth = it.Depth, ChainModalities = it.ChainModalities, PendingCalls = it.PendingCalls, HasGap = it.HasGap }
        : null);

    private static byte[] Bytes(string json) => Encoding.UTF8.GetBytes(json);
}

using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>What must be true when a crowd is through, whatever happened meanwhile.</summary>
internal sealed class Outcome(Crowd crowd, SlowChat provider, FaultPlan faults, InteractionsClient client)
{
    private const int Readers = 16;

    /// <summary>Of a node that dies it is not known what it had just committed: a tenth more than was in flight may be asked again.</summary>
    private const double Allowed = 1.1;

    /// <summary>How many calls were made again.</summary>
    public int Repeated => provider.Calls.Values.Sum() - provider.Calls.Count;

    public override string ToString() =>
        $"{crowd.Runs.Count} runs, {crowd.Runs.Sum(r => r.Events.Count)} events, {crowd.Returns} returns, {crowd.Doubtful} creates of unknown fate; "
        + $"{faults.InFlight.Count} calls in flight at faults, {Repeated} made again, {Unexplained().Count()} of them without a fault";

    /// <summary>No run was lost, cut short, mixed up, or ended twice, and each client has seen exactly what is kept.</summary>
    public async Task AssertAsync(int runs)
    {
        Assert.Equal(runs, crowd.Runs.Select(r => r.Id).Distinct().Count());
        await AssertNothingElseAsync();
        await Parallel.ForEachAsync(crowd.Runs, new ParallelOptions { MaxDegreeOfParallelism = Readers }, async (run, _) => await AssertAsync(run));
        Assert.True(Repeated <= Allowed * faults.InFlight.Count, $"Too many calls were made again. {this}:\n{string.Join('\n', Unexplained())}");
    }

    private async Task AssertAsync(CrowdRun run)
    {
        Assert.Equal((run.Prompt, "completed"), (run.Prompt, run.End.State));
        Assert.Contains(run.End.OutputText, provider.WholeAnswersTo(run.Prompt));
        Folds.AssertExact(run.End, run.Events);
        await using var reader = await client.FollowAsync(run.Id);
        var replay = await reader.ToEndAsync();
        Folds.AssertExact(run.End, replay);
        Folds.AssertNoneMissing(replay, run.Events);
        Assert.Single(replay, e => e.Name == "interaction.created");
        Assert.Single(replay, e => e.Name == "interaction.completed");
        Assert.Equal(run.End.Text, (await client.GetAsync(run.Id)).Ok().Text);
        Assert.All(provider.CallsOf(run.Prompt), call => Assert.True(call.Began <= run.EndedAt, $"'{run.Prompt}' was asked again after its end."));
    }

    /// <summary>Runs whose acceptance nobody heard of end as well; and there are no others, such as a second one for a key.</summary>
    private async Task AssertNothingElseAsync()
    {
        foreach (var id in (await Runs.InStatusAsync(client, "queued")).Union(await Runs.InStatusAsync(client, "in_progress")))
        {
            await client.EndOfAsync(id);
        }

        var completed = await Runs.InStatusAsync(client, "completed");
        Assert.Empty(crowd.Runs.Select(r => r.Id).Except(completed));
        Assert.InRange(completed.Count - crowd.Runs.Count, 0, crowd.Doubtful);
        foreach (var status in (string[])["queued", "in_progress", "failed", "cancelled", "incomplete", "requires_action"])
        {
            Assert.Empty(await Runs.InStatusAsync(client, status));
        }
    }

    /// <summary>Calls that were made again without a fault for each time.</summary>
    private IEnumerable<string> Unexplained()
    {
        var cut = faults.InFlight.GroupBy(c => c.Prompt).ToDictionary(c => c.Key, c => c.Count());
        return provider.Calls.Where(c => c.Value - 1 > cut.GetValueOrDefault(c.Key)).Select(c => $"{c.Key}: {string.Join(", ", provider.CallsOf(c.Key))}");
    }
}

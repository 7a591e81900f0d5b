using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests;

/// <summary>What the fault tests do with many runs.</summary>
internal static class Runs
{
    private const int Callers = 16;

    /// <summary>Starts background runs, several callers at once, and gives their ids by prompt. Every id that is given was acknowledged.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> StartAsync(InteractionsClient client, int count)
    {
        var ids = new System.Collections.Concurrent.ConcurrentDictionary<string, string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (i, _) =>
        {
            var prompt = $"run {i}";
            var accepted = (await client.CreateAsync($$"""{"model":"slow/any","input":"{{prompt}}","background":true}""")).Ok();
            ids[prompt] = accepted.Id;
        });
        return ids;
    }

    /// <summary>The ends of runs, by prompt.</summary>
    public static async Task<IReadOnlyDictionary<string, Answer>> EndsAsync(InteractionsClient client, IReadOnlyDictionary<string, string> ids)
    {
        var ends = new System.Collections.Concurrent.ConcurrentDictionary<string, Answer>();
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (run, _) =>
        {
            ends[run.Key] = await client.EndOfAsync(run.Value);
        });
        return ends;
    }

    /// <summary>The ids of runs in a status, over all pages.</summary>
    public static async Task<IReadOnlySet<string>> InStatusAsync(InteractionsClient client, string status)
    {
        var found = new HashSet<string>();
        string? token = null;
        do
        {
            var page = (await client.ListAsync($"?status={status}&page_size=1000{(token is null ? "" : $"&page_token={token}")}")).Ok().Json;
            found.UnionWith(page.GetProperty("interactions").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }
        while (token is not null);
        return found;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>What a stream must be, wherever it was read (design 5).</summary>
internal static class Folds
{
    /// <summary>What was assembled from all events that a client has had is what a get shows, and no event came twice.</summary>
    public static void AssertExact(Answer read, IEnumerable<ServerEvent> events)
    {
        var all = events.ToList();
        var ids = all.Where(e => !e.IsDone).Select(e => e.EventId!).ToList();
        Assert.Equal(ids.Distinct(), ids);
        var fold = StreamFold.Of(all);
        var shown = new JsonArray([.. read.Steps.Where(s => s.GetProperty("type").GetString() != "user_input").Select(s => JsonNode.Parse(s.GetRawText()))]);
        Assert.True(JsonNode.DeepEquals(shown, fold.Steps), $"The get shows\n{shown.ToJsonString()}\nand the stream\n{fold.Steps.ToJsonString()}");
        Assert.Equal(read.State, fold.Status);
    }

    /// <summary>
    /// What a client has had, over all cuts, is what the stream shows from its beginning: each event the same and none left out. What he has beyond that he was
    /// shown live by an owner that was replaced before it had written it, and then it is the end of what that owner said.
    /// </summary>
    public static void AssertNoneMissing(IReadOnlyList<ServerEvent> replay, IReadOnlyList<ServerEvent> events)
    {
        var (shown, kept) = (Positions(events), Positions(replay));
        AssertUnbroken("client", shown);
        AssertUnbroken("replay", kept);
        var frames = events.Where(e => !e.IsDone).ToDictionary(e => e.EventId!, e => e.Frame);
        Assert.All(replay.Where(e => !e.IsDone), e => Assert.Equal(e.Frame, frames.GetValueOrDefault(e.EventId!, $"nothing of {e.EventId}")));
        var last = kept.Max(p => p.Epoch);
        Assert.DoesNotContain(shown.Except(kept), p => p.Epoch >= last);
    }

    /// <summary>In an epoch the numbers are 1, 2, 3 without a gap, and epochs follow each other. One whose owner died at once has none.</summary>
    private static void AssertUnbroken(string reader, List<(long Epoch, long Number)> positions)
    {
        var expected = positions.GroupBy(p => p.Epoch).OrderBy(e => e.Key).SelectMany(e => Enumerable.Range(1, e.Count()).Select(n => (e.Key, (long)n)));
        Assert.True(expected.SequenceEqual(positions), $"The {reader} has {string.Join(' ', positions)}");
    }

    private static List<(long Epoch, long Number)> Positions(IEnumerable<ServerEvent> events) => [.. events.Where(e => !e.IsDone).Select(Position)];

    private static (long Epoch, long Number) Position(ServerEvent value)
    {
        var parts = value.EventId!.Split('-');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Reads until so many deltas have come.</summary>
    public static async Task DeltasAsync(this EventReader reader, int count)
    {
        for (var deltas = 0; deltas < count; deltas++)
        {
            await reader.UntilAsync("step.delta");
        }
    }
}

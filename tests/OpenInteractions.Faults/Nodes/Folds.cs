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

    /// <summary>Reads until so many deltas have come.</summary>
    public static async Task DeltasAsync(this EventReader reader, int count)
    {
        for (var deltas = 0; deltas < count; deltas++)
        {
            await reader.UntilAsync("step.delta");
        }
    }
}

using System.Text.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Tests.Tools;

public sealed class RepeatedFailuresTests
{
    private readonly SealedReadings _readings = new(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize]));

    [Fact]
    public void Calls_whose_arguments_are_sealed_are_told_apart_by_them()
    {
        var steps = new List<HistoryStep>();
        foreach (var (id, arguments) in new[] { ("1", "{}"), ("2", """{"q":"a"}"""), ("3", """{"q":"a"}""") })
        {
            steps.Add(new HistoryStep(Call(id, arguments)));
            steps.Add(new HistoryStep(new FileSearchResultStep { CallId = id, Result = JsonElement.Parse("""[{"error":"nothing was searched"}]""") }));
        }

        var failures = new RepeatedFailures(_readings, "p");

        Assert.Equal(2, failures.Count(steps, Call("4", """{"q":"a"}""")));
        Assert.Equal(1, failures.Count(steps, Call("4", "{}")));
        Assert.Equal(0, failures.Count(steps, Call("4", """{"queries":["a"]}""")));
        Assert.False(failures.HasReached(steps, 3));
        Assert.True(failures.HasReached(steps, 2));
    }

    private FileSearchCallStep Call(string id, string arguments) => new() { Id = id, Signature = _readings.SealArguments("p", JsonElement.Parse(arguments)) };
}

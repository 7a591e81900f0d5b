using System.Text.Json;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>Steps as their JSON, so that whole steps are compared and a difference can be read.</summary>
internal static class StepJson
{
    public static string Of(Step step) => JsonSerializer.Serialize(step, WireJson.Wire.Step);

    public static string[] Of(IEnumerable<Step> steps) => [.. steps.Select(Of)];

    public static string[] Of(IEnumerable<HistoryStep> steps) => [.. steps.Select(s => Of(s.Step))];

    public static Step Read(string json) => JsonSerializer.Deserialize(json, WireJson.Wire.Step)!;
}

using System.Text.Json.Serialization;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Events;

/// <summary>
/// What a new owner needs beside the events to go on with a run. A model call is one whole: its steps count only when it has ended, because no
/// vendor takes half of one back. So the next owner keeps the steps before <see cref="FirstOpenStep"/> and starts again from there
/// (docs/decisions/0004).
/// </summary>
public sealed record RunCheckpoint
{
    /// <summary>The first step of the model call that runs; steps before it are final.</summary>
    public required int FirstOpenStep { get; init; }

    /// <summary>Usage of the calls that have ended.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What providers left with the final steps, by index.</summary>
    public IReadOnlyDictionary<int, ProviderState>? States { get; init; }
}

/// <summary>JSON that only this server reads: checkpoints, provider states, pending calls.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunCheckpoint))]
[JsonSerializable(typeof(Dictionary<int, ProviderState>))]
[JsonSerializable(typeof(IReadOnlyDictionary<int, ProviderState>))]
[JsonSerializable(typeof(IReadOnlyList<PendingCall>))]
internal sealed partial class EngineJson : JsonSerializerContext;

/// <summary>A call that the client owes an answer for.</summary>
/// <param name="Id">The native id.</param>
/// <param name="Name">The function.</param>
public sealed record PendingCall(string Id, string Name);

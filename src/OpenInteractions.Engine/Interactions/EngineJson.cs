using System.Text.Json.Serialization;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;

namespace OpenInteractions.Engine.Interactions;

/// <summary>JSON that only this server reads: what providers left with steps, pending calls, and checkpoints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<int, ProviderState>))]
[JsonSerializable(typeof(IReadOnlyList<PendingCall>))]
[JsonSerializable(typeof(TurnCheckpoint))]
internal sealed partial class EngineJson : JsonSerializerContext;

/// <summary>A call that the client owes an answer for.</summary>
/// <param name="Id">The native id.</param>
/// <param name="Name">The function.</param>
internal sealed record PendingCall(string Id, string Name);

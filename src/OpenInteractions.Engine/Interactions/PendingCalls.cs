using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Calls that have no result in the same turn: the client owes their answers (behaviour AG-2, FN-1).</summary>
internal static class PendingCalls
{
    public static IReadOnlyList<PendingCall> Of(IReadOnlyList<HistoryStep> steps)
    {
        if (!steps.Any(s => s.Step is FunctionCallStep))
        {
            return [];
        }

        var answered = steps.Select(s => s.Step).OfType<IResultStep>().Select(r => r.CallId).ToHashSet(StringComparer.Ordinal);
        return [.. steps.Select(s => s.Step).OfType<FunctionCallStep>().Where(c => !answered.Contains(c.Id)).Select(c => new PendingCall(c.Id, c.Name))];
    }

    public static ReadOnlyMemory<byte> Write(IReadOnlyList<PendingCall> calls) =>
        calls.Count == 0 ? default : JsonSerializer.SerializeToUtf8Bytes(calls, EngineJson.Default.IReadOnlyListPendingCall);

    public static IReadOnlyList<PendingCall> Read(ReadOnlyMemory<byte> json) =>
        json.IsEmpty ? [] : JsonSerializer.Deserialize(json.Span, EngineJson.Default.IReadOnlyListPendingCall)!;
}

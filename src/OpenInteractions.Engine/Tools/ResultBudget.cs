using System.Runtime.InteropServices;

namespace OpenInteractions.Engine.Tools;

/// <summary>What the results of one turn hold together: they are in memory until it ends, and go to the model with each round.</summary>
internal sealed class ResultBudget(SealedReadings readings, string project, int most)
{
    private long _held;

    /// <summary>Takes the place of a result.</summary>
    /// <returns>False when there is none left.</returns>
    public bool TryTake(Step result)
    {
        var size = readings.Payload(project, result) is { } payload ? JsonMarshal.GetRawUtf8Value(payload).Length : 0; // what the wire types is bounded by its tool
        if (Interlocked.Add(ref _held, size) <= most)
        {
            return true;
        }

        Interlocked.Add(ref _held, -size);
        return false;
    }
}

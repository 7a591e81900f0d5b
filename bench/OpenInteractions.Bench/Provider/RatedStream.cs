using System.Buffers;
using System.IO.Pipelines;

namespace OpenInteractions.Bench.Provider;

/// <summary>One answer that the wheel writes at its rate. The first token goes out with the headers; token <c>n</c> is due
/// <c>n / rate</c> later. A stream that is late catches up: the tokens that are due travel in one write, as from a real provider.</summary>
internal sealed class RatedStream(ChatFrames frames, PipeWriter writer, bool includeUsage, CancellationToken gone)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _started;
    private int _sent;
    private Task? _flushing;

    public Task Ended => _ended.Task;

    /// <summary>Writes what is due and says when to come back, or null when the stream has ended.</summary>
    public long? Advance(long now)
    {
        if (gone.IsCancellationRequested)
        {
            _ended.TrySetResult();
            return null;
        }

        if (_flushing is { IsCompleted: false })
        {
            return now + 10;    // The reader is slow: the flush says when there is room again.
        }

        if (_sent == 0)
        {
            _started = now;
            writer.Write(ChatFrames.Role);
        }

        var model = frames.Model;
        var due = Math.Min(model.Tokens, 1 + (int)((now - _started) * model.PerSecond / 1000));
        for (; _sent < due; _sent++)
        {
            writer.Write(frames.Token);
        }

        var last = _sent == model.Tokens;
        if (last)
        {
            writer.Write(ChatFrames.Stop);
            writer.Write(includeUsage ? frames.Usage : default);
            writer.Write(ChatFrames.Done);
        }

        var flush = writer.FlushAsync(CancellationToken.None);
        _flushing = flush.IsCompletedSuccessfully ? null : flush.AsTask();
        if (last)
        {
            _ended.TrySetResult();
            return null;
        }

        return _started + (((_sent * 1000L) + model.PerSecond - 1) / model.PerSecond);
    }
}

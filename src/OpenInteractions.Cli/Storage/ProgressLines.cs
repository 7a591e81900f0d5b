using System.Globalization;
using OpenInteractions.Storage.Copying;

namespace OpenInteractions.Cli.Storage;

/// <summary>A line for every second that a copy takes: rows, rate, what remains.</summary>
internal sealed class ProgressLines(TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly long _started = time.GetTimestamp();
    private long? _told;
    private (bool IsComparing, long Since, long Rows) _phase;

    public void Tell(CopyProgress progress)
    {
        if (_told is null || progress.IsComparing != _phase.IsComparing)
        {
            _phase = (progress.IsComparing, progress.IsComparing ? time.GetTimestamp() : _started, progress.Already);
        }
        else if (progress.Rows < progress.Total && time.GetElapsedTime(_told.Value) < Pause)
        {
            return;
        }

        _told = time.GetTimestamp();
        output.WriteLine(Line(progress, time.GetElapsedTime(_phase.Since), _phase.Rows));
    }

    private static string Line(CopyProgress progress, TimeSpan elapsed, long already)
    {
        var rate = (progress.Rows - already) / Math.Max(elapsed.TotalSeconds, 0.001);
        var left = TimeSpan.FromSeconds(Math.Ceiling((progress.Total - progress.Rows) / Math.Max(rate, 1)));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(progress.IsComparing ? "compared" : "copied")} {progress.Rows} of {progress.Total} rows ({progress.Table}), {rate:F0} rows/s, {Megabytes(progress)}about {left:c} left");
    }

    private static string Megabytes(CopyProgress progress) =>
        progress.IsComparing ? "" : string.Create(CultureInfo.InvariantCulture, $"{progress.Bytes / 1e6:F1} MB, ");
}

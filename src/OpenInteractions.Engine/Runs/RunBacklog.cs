using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// Bounds the queue: how many runs may wait in all and in one project. This node counts what it puts in and takes out; what others did it learns from the
/// store, once a second while runs are accepted. In doubt it counts too many, for as long.
/// </summary>
public sealed class RunBacklog(IRunQueue queue, IOptions<RunOptions> options, EngineInstruments instruments, TimeProvider time)
{
    /// <summary>How long a look into the store is good for.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    /// <summary>Before somebody is refused it is looked again, but not for each of many.</summary>
    private static readonly TimeSpan FreshForRefusal = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Line _all = new(time);
    private long _readAt;
    private bool _isRead;
    private Task? _reading;

    /// <summary>Takes a place in the queue: <see cref="OnKept"/> or <see cref="OnFailed"/> must follow.</summary>
    /// <exception cref="ApiException"><see cref="ErrorCode.RateLimitExceeded"/>: the queue is full; with the time after which there is probably a place (behaviour ER-7, ER-8).</exception>
    internal async ValueTask EnterAsync(string project)
    {
        if (TryEnter(project, Freshness) is not null)
        {
            await ReadAsync(FreshForRefusal);
            if (TryEnter(project, TimeSpan.MaxValue) is { } refusal)
            {
                throw refusal;
            }
        }
    }

    /// <summary>The run is in the queue.</summary>
    internal void OnKept(string project)
    {
        lock (_gate)
        {
            Of(project).Coming--;
            _all.Coming--;
        }
    }

    /// <summary>The run did not get into the queue.</summary>
    internal void OnFailed(string project)
    {
        lock (_gate)
        {
            foreach (var line in (Line[])[Of(project), _all])
            {
                line.Coming--;
                line.Waiting--;
            }
        }
    }

    /// <summary>A run has left the queue: it was claimed or cancelled.</summary>
    internal void OnLeft(string project)
    {
        lock (_gate)
        {
            Of(project).Leave();
            _all.Leave();
        }
    }

    /// <returns>Why there is no place, or null.</returns>
    private ApiException? TryEnter(string project, TimeSpan freshness)
    {
        lock (_gate)
        {
            var line = Of(project);
            if (line.Waiting >= options.Value.MaxQueuedPerProject)
            {
                return Refusal(line, $"The project has {options.Value.MaxQueuedPerProject} interactions waiting in the queue, as many as it may.", "project_queue_full", freshness);
            }

            if (_all.Waiting >= options.Value.MaxQueued)
            {
                return Refusal(_all, $"The queue is full: {options.Value.MaxQueued} interactions wait in it.", "queue_full", freshness);
            }

            if (!_isRead || time.GetElapsedTime(_readAt) > freshness)
            {
                return Refusal(_all, "It is not known how many interactions wait in the queue.", reason: null, freshness);
            }

            line.Enter();
            _all.Enter();
            return null;
        }
    }

    private ApiException Refusal(Line line, string text, string? reason, TimeSpan freshness)
    {
        if (freshness == TimeSpan.MaxValue && reason is not null)
        {
            instruments.OnRefused(reason);
        }

        return new ApiException(ErrorCode.RateLimitExceeded, $"{text} Send the request again later.", retryAfter: line.Departures.Wait());
    }

    /// <summary>Looks into the store, once for all who want to know.</summary>
    private async Task ReadAsync(TimeSpan freshness)
    {
        Task reading;
        lock (_gate)
        {
            if (_isRead && time.GetElapsedTime(_readAt) <= freshness)
            {
                return;
            }

            reading = _reading is { IsCompleted: false } running ? running : _reading = ReadAsync();
        }

        await reading;
    }

    private async Task ReadAsync()
    {
        // What comes in from now on, or is on its way, may be in the answer or not: it is counted besides.
        foreach (var line in Lines())
        {
            line.Besides = line.Coming;
        }

        await Task.Yield(); // not with the lock held
        var queued = await queue.ReadQueueAsync(CancellationToken.None);
        lock (_gate)
        {
            foreach (var line in Lines())
            {
                line.Found = 0;
            }

            foreach (var found in queued)
            {
                Of(found.Project).Found += found.Count;
                _all.Found += found.Count;
            }

            foreach (var line in Lines())
            {
                line.Departures.Add(Math.Max(0, line.Waiting - line.Besides - line.Found));
                line.Waiting = line.Found + line.Besides;
            }

            (_isRead, _readAt) = (true, time.GetTimestamp());
        }
    }

    private IEnumerable<Line> Lines() => _lines.Values.Append(_all);

    private Line Of(string project)
    {
        if (!_lines.TryGetValue(project, out var line))
        {
            _lines.Add(project, line = new Line(time));
        }

        return line;
    }

    private sealed class Line(TimeProvider time)
    {
        /// <summary>Runs that are in the queue or on their way into it.</summary>
        public long Waiting { get; set; }

        /// <summary>Those that are on their way.</summary>
        public long Coming { get; set; }

        /// <summary>While the store is read: those of which it may or may not know.</summary>
        public long Besides { get; set; }

        public long Found { get; set; }

        public Departures Departures { get; } = new(time);

        public void Enter()
        {
            Waiting++;
            Coming++;
            Besides++;
        }

        public void Leave()
        {
            if (Waiting > Coming)
            {
                Waiting--;
                Departures.Add();
            }
        }
    }
}

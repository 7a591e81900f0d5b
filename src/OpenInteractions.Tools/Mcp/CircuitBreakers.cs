using System.Collections.Concurrent;

namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// Pauses servers that failed again and again: a run then ends at once instead of after its patience, and a server that is down is left alone. Kept
/// for each project by itself, so that nobody pauses a server for others.
/// </summary>
internal sealed class CircuitBreakers(McpOptions options, TimeProvider time)
{
    /// <summary>More servers than that at a time are not in trouble; the list is begun again.</summary>
    private const int MaxTracked = 10_000;

    private readonly ConcurrentDictionary<(string Project, string Url), Breaker> _breakers = new();

    /// <summary>How long a server is still paused; null when it may be asked. After a pause one request goes to it as a trial.</summary>
    public TimeSpan? PausedFor(string project, Uri url) =>
        _breakers.TryGetValue((project, url.AbsoluteUri), out var breaker) ? breaker.PausedFor(time.GetUtcNow(), options.Pause) : null;

    public void Succeeded(string project, Uri url) => _breakers.TryRemove((project, url.AbsoluteUri), out _);

    public void Failed(string project, Uri url)
    {
        if (_breakers.Count >= MaxTracked)
        {
            _breakers.Clear();
        }

        _breakers.GetOrAdd((project, url.AbsoluteUri), _ => new Breaker()).Failed(time.GetUtcNow(), options);
    }

    private sealed class Breaker
    {
        private readonly Lock _lock = new();
        private int _failures;
        private DateTimeOffset? _pausedUntil;

        public TimeSpan? PausedFor(DateTimeOffset now, TimeSpan pause)
        {
            lock (_lock)
            {
                if (_pausedUntil is not { } until)
                {
                    return null;
                }

                if (until > now)
                {
                    return until - now;
                }

                _pausedUntil = now + pause; // for all but the one that asks now
                return null;
            }
        }

        public void Failed(DateTimeOffset now, McpOptions options)
        {
            lock (_lock)
            {
                if (++_failures >= options.FailuresUntilPause)
                {
                    _pausedUntil = now + options.Pause;
                }
            }
        }
    }
}

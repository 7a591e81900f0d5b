using System.Collections.Concurrent;
using System.Diagnostics;

namespace OpenInteractions.Faults.Tests;

/// <summary>Lets tests wait until what is counted elsewhere has come so far. They are patient as long as it goes on.</summary>
internal sealed class Milestones
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<TaskCompletionSource, Func<bool>> _waits = new();
    private long _countedAt = Stopwatch.GetTimestamp();

    /// <summary>Completes as soon as <see cref="Count"/> finds that it is so.</summary>
    /// <param name="isReached">What is waited for.</param>
    /// <param name="complaint">Says what never came, and how far it had come.</param>
    public async Task ReachedAsync(Func<bool> isReached, Func<string> complaint)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits[reached] = isReached;
        Look();
        var since = Stopwatch.GetTimestamp();
        try
        {
            while (await Task.WhenAny(reached.Task, Task.Delay(Patience - Stopwatch.GetElapsedTime(since))) != reached.Task)
            {
                since = Math.Max(since, Volatile.Read(ref _countedAt));
                if (Stopwatch.GetElapsedTime(since) >= Patience)
                {
                    throw new TimeoutException(complaint());
                }
            }
        }
        finally
        {
            _waits.TryRemove(reached, out _);
        }
    }

    /// <summary>Something was counted.</summary>
    public void Count()
    {
        Volatile.Write(ref _countedAt, Stopwatch.GetTimestamp());
        Look();
    }

    private void Look()
    {
        foreach (var (reached, isReached) in _waits)
        {
            if (isReached())
            {
                reached.TrySetResult();
            }
        }
    }
}

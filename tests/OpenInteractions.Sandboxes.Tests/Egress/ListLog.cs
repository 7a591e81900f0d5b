using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>A log as a list of lines, each with its event's number in front.</summary>
internal sealed class ListLog : ILogger<SandboxNetworks>
{
    private readonly ConcurrentQueue<string> _lines = [];
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Completes when there is a line with all of these in it; the program inside may hear of the end before the log does.</summary>
    public async Task SeenAsync(params string[] parts)
    {
        while (true)
        {
            var more = Volatile.Read(ref _more).Task;
            if (_lines.Any(l => parts.All(p => l.Contains(p, StringComparison.Ordinal))))
            {
                return;
            }

            await more.WaitAsync(Within.Time);
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}{exception}");
        Interlocked.Exchange(ref _more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }
}

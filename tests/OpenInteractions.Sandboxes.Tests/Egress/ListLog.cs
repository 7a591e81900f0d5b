using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OpenInteractions.Sandboxes.Egress;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>A log as a list of lines, each with its event's number in front.</summary>
internal sealed class ListLog : ILogger<SandboxNetworks>
{
    private readonly ConcurrentQueue<string> _lines = [];

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}{exception}");
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Api.Tests.Hosting;

/// <summary>Keeps what the server writes, so that a test can say that nothing went wrong inside and nothing secret came out.</summary>
internal sealed class CapturedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();
    private readonly ConcurrentQueue<(string Text, TaskCompletionSource Came)> _awaited = new();

    /// <summary>Everything, with the texts of exceptions.</summary>
    public string Text => string.Join('\n', _lines.Select(l => l.Text));

    /// <summary>What was written as an error.</summary>
    public IReadOnlyList<string> Errors => [.. _lines.Where(l => l.Level >= LogLevel.Error).Select(l => l.Text)];

    /// <summary>Completes with the next line that holds this text; to be asked for before what writes it begins.</summary>
    public Task NextAsync(string text)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Enqueue((text, came));
        return came.Task;
    }

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Add);

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string line)
    {
        _lines.Enqueue((level, line));
        foreach (var (text, came) in _awaited)
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                came.TrySetResult();
            }
        }
    }

    private sealed class Logger(string category, Action<LogLevel, string> add) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            add(logLevel, $"{logLevel} {category}: {formatter(state, exception)} {exception}");
    }
}

using System.Diagnostics;
using System.Text;

namespace OpenInteractions.Testing;

/// <summary>What a process writes, kept for the message of a test that fails.</summary>
internal sealed class ServerLog
{
    private const int LongestTail = 30000;

    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();
    private (string Text, TaskCompletionSource Came)? _expected;

    public void Follow(Process process)
    {
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Completes with the next line that holds this text.</summary>
    public Task NextAsync(string text)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            _expected = (text, came);
        }

        return came.Task;
    }

    /// <summary>Its last lines.</summary>
    public string Tail => ToString() is { Length: > LongestTail } text ? text[^LongestTail..] : ToString();

    public override string ToString()
    {
        lock (_lock)
        {
            return _text.ToString();
        }
    }

    private void Add(string? line)
    {
        lock (_lock)
        {
            _text.Append(line).Append('\n');
            if (_expected is var (text, came) && line?.Contains(text, StringComparison.Ordinal) == true)
            {
                _expected = null;
                came.SetResult();
            }
        }
    }
}

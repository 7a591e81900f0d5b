using System.Diagnostics;
using System.Text;

namespace OpenInteractions.Testing;

/// <summary>What a process writes, kept for the message of a test that fails.</summary>
internal sealed class ServerLog
{
    private readonly Lock _lock = new();
    private readonly StringBuilder _text = new();

    public void Follow(Process process)
    {
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

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
        }
    }
}

using System.Globalization;

namespace OpenInteractions.Sandboxes.Roots;

/// <summary>What a build says, made into few lines: its phases, and every few seconds how far it is.</summary>
internal sealed class BuildLines(Action<string> say)
{
    private const int Kept = 40;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();
    private int _fetched, _unpacked, _ready;
    private long _told = Environment.TickCount64;

    public async Task ReadAsync(StreamReader from, CancellationToken cancellationToken)
    {
        while (await from.ReadLineAsync(cancellationToken) is { } line)
        {
            lock (_gate)
            {
                Take(line);
            }
        }
    }

    public IReadOnlyList<string> Last(int count)
    {
        lock (_gate)
        {
            return [.. _last.TakeLast(count)];
        }
    }

    private void Take(string line)
    {
        _last.Enqueue(line);
        if (_last.Count > Kept)
        {
            _last.Dequeue();
        }

        if (line.StartsWith("I: ", StringComparison.Ordinal))
        {
            Tell(line[3..].TrimEnd('.'));
            return;
        }

        _ = line.StartsWith("Get:", StringComparison.Ordinal) ? _fetched++ : line.StartsWith("Unpacking ", StringComparison.Ordinal) ? _unpacked++ : line.StartsWith("Setting up ", StringComparison.Ordinal) ? _ready++ : 0;
        if (Environment.TickCount64 - _told > Pause.TotalMilliseconds)
        {
            Tell(string.Create(CultureInfo.InvariantCulture, $"  {_fetched} files fetched, {_unpacked} packages unpacked, {_ready} set up"));
        }
    }

    private void Tell(string what)
    {
        _told = Environment.TickCount64;
        say(what);
    }
}

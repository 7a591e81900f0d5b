using OpenInteractions.Engine.Nodes;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Nodes;

/// <summary>What a node calls out, and what it hears when the test says so.</summary>
internal sealed class RecordedSignals : INodeSignals
{
    private readonly Lock _lock = new();
    private readonly List<NodeSignal> _sent = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waits = [];
    private readonly TaskCompletionSource<Action<NodeSignal>> _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsListening { get; set; } = true;

    public IReadOnlyList<NodeSignal> Sent
    {
        get
        {
            lock (_lock)
            {
                return [.. _sent];
            }
        }
    }

    public void Send(NodeSignal signal)
    {
        lock (_lock)
        {
            _sent.Add(signal);
            Signal();
        }
    }

    public void Listen(Action<NodeSignal> heard) => _heard.SetResult(heard);

    /// <summary>Another node calls.</summary>
    public async Task CallAsync(NodeSignalKind kind, string runId = "") => (await _heard.Task.OrTimeout("somebody listens"))(new NodeSignal(kind, runId));

    /// <summary>Completes when so many calls went out.</summary>
    public Task SentAsync(int count)
    {
        lock (_lock)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waits.Add((count, reached));
            Signal();
            return reached.Task.OrTimeout($"call {count}");
        }
    }

    private void Signal()
    {
        foreach (var wait in _waits.Where(w => w.Count <= _sent.Count).ToArray())
        {
            _waits.Remove(wait);
            wait.Reached.SetResult();
        }
    }
}

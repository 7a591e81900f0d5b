using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Runs;

namespace OpenInteractions.Engine.Events;

/// <summary>Tells who reads a run from the journal when to look there again: the run has begun on this node, or its owner has called out.</summary>
public sealed class RunNews
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly INodeSignals _signals;
    private readonly TimeProvider _time;

    /// <summary>Made by the container.</summary>
    public RunNews(INodeSignals signals, RunRegistry registry, TimeProvider time)
    {
        (_signals, _time) = (signals, time);
        registry.Started += id => Tell(id, hasEnded: false);
    }

    /// <summary>How often a reader looks although nobody told him to.</summary>
    public TimeSpan PollInterval => TimeSpan.FromMilliseconds(_signals.IsListening ? 1000 : 500);

    /// <summary>How many runs have readers.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _topics.Count;
            }
        }
    }

    /// <summary>Begins to follow a run; the first reader of this node makes it known to the others.</summary>
    internal Reader Follow(string runId)
    {
        Topic? topic;
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_topics.TryGetValue(runId, out topic);
            topic ??= _topics[runId] = new Topic();
            topic.Readers++;
        }

        if (isFirst)
        {
            _signals.Send(new NodeSignal(NodeSignalKind.RunFollowed, runId));
        }

        return new Reader(this, runId, topic);
    }

    /// <summary>There is something new of a run.</summary>
    internal void Tell(string runId, bool hasEnded)
    {
        TaskCompletionSource? told;
        lock (_gate)
        {
            told = _topics.GetValueOrDefault(runId)?.Take(hasEnded);
        }

        told?.TrySetResult();
    }

    /// <summary>There may be something new of every run, its end included.</summary>
    internal void TellAll()
    {
        TaskCompletionSource[] told;
        lock (_gate)
        {
            told = [.. _topics.Values.Select(t => t.Take(hasEnded: true))];
        }

        foreach (var one in told)
        {
            one.TrySetResult();
        }
    }

    /// <summary>Says again which runs are followed from this node.</summary>
    internal void Remind()
    {
        string[] followed;
        lock (_gate)
        {
            followed = [.. _topics.Keys];
        }

        foreach (var runId in followed)
        {
            _signals.Send(new NodeSignal(NodeSignalKind.RunFollowed, runId));
        }
    }

    private void Leave(string runId, Topic topic)
    {
        lock (_gate)
        {
            if (--topic.Readers == 0)
            {
                _topics.Remove(runId);
            }
        }
    }

    /// <summary>A reader of one run.</summary>
    internal sealed class Reader(RunNews news, string runId, Topic topic) : IDisposable
    {
        /// <summary>Completes with the next news. Taken before the journal is read: what is told while it is read is then not missed.</summary>
        public Task Next
        {
            get
            {
                lock (news._gate)
                {
                    return topic.News.Task;
                }
            }
        }

        /// <summary>True when the run has ended, or may have: look at its row.</summary>
        public bool MayHaveEnded
        {
            get
            {
                lock (news._gate)
                {
                    return topic.MayHaveEnded;
                }
            }
        }

        /// <summary>Waits for news that were asked for before.</summary>
        /// <returns>False when there were none for as long as one may rely on being told.</returns>
        public async Task<bool> WaitAsync(Task next, CancellationToken gone)
        {
            try
            {
                await next.WaitAsync(news.PollInterval, news._time, gone);
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        public void Dispose() => news.Leave(runId, topic);
    }

    // Used with the gate held.
    internal sealed class Topic
    {
        public int Readers { get; set; }

        public bool MayHaveEnded { get; private set; }

        public TaskCompletionSource News { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Take(bool hasEnded)
        {
            MayHaveEnded |= hasEnded;
            var told = News;
            News = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return told;
        }
    }
}

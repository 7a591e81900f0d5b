using System.Text;
using OpenInteractions.Engine.Nodes;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Calls that wait to go out, each once, and their form: the caller's tag, a letter for the kind, and the runs that it is about, with spaces between. A call
/// comes back to its caller too, who knows it by the tag.
/// </summary>
internal sealed class SignalOutbox
{
    // The server takes less than 8000 bytes; ids are ASCII.
    private const int MostBytes = 7000;

    // A node that is cut off does not gather calls without end. Lost ones are made good by looking.
    private const int MostWaiting = 10_000;

    private readonly Lock _gate = new();
    private readonly string _tag = Guid.NewGuid().ToString("N");
    private HashSet<NodeSignal> _waiting = [];
    private TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isComplete;

    public void Add(NodeSignal signal)
    {
        lock (_gate)
        {
            if (_waiting.Count < MostWaiting && !_isComplete)
            {
                _waiting.Add(signal);
                _filled.TrySetResult();
            }
        }
    }

    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            _filled.TrySetResult();
        }
    }

    /// <summary>Waits for calls and takes them all. Null when there will be none.</summary>
    public async Task<IReadOnlyList<string>?> TakeAsync()
    {
        await _filled.Task;
        HashSet<NodeSignal> taken;
        lock (_gate)
        {
            (taken, _waiting) = (_waiting, []);
            if (!_isComplete)
            {
                _filled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        return taken.Count == 0 ? null : [.. taken.GroupBy(s => s.Kind, s => s.RunId).SelectMany(kind => Payloads(LetterOf(kind.Key), kind))];
    }

    /// <summary>What a payload says; nothing when it is this node's own, or of a form that only a newer node knows.</summary>
    public IEnumerable<NodeSignal> Read(string payload)
    {
        var words = payload.Split(' ');
        return words.Length < 2 || words[0] == _tag || KindOf(words[1]) is not { } kind
            ? []
            : words.Length == 2 ? [new NodeSignal(kind)] : words.Skip(2).Select(id => new NodeSignal(kind, id));
    }

    private IEnumerable<string> Payloads(string letter, IEnumerable<string> runIds)
    {
        var payload = new StringBuilder();
        foreach (var id in runIds)
        {
            if (payload.Length + id.Length > MostBytes)
            {
                yield return payload.ToString();
                payload.Clear();
            }

            if (payload.Length == 0)
            {
                payload.Append(_tag).Append(' ').Append(letter);
            }

            if (id.Length > 0)
            {
                payload.Append(' ').Append(id);
            }
        }

        yield return payload.ToString();
    }

    private static string LetterOf(NodeSignalKind kind) => kind switch
    {
        NodeSignalKind.RunsQueued => "q",
        NodeSignalKind.CancelRequested => "c",
        NodeSignalKind.EventsWritten => "w",
        NodeSignalKind.RunEnded => "e",
        NodeSignalKind.RunFollowed => "f",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This is not called out."),
    };

    private static NodeSignalKind? KindOf(string letter) => letter switch
    {
        "q" => NodeSignalKind.RunsQueued,
        "c" => NodeSignalKind.CancelRequested,
        "w" => NodeSignalKind.EventsWritten,
        "e" => NodeSignalKind.RunEnded,
        "f" => NodeSignalKind.RunFollowed,
        _ => null,
    };
}

using System.Diagnostics.CodeAnalysis;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// What was learned about models, by their ids. Callers choose these, so the oldest lesson goes when there are too many; and a lesson ends, because what an
/// upstream refuses today it may take after its next release. What is forgotten costs one refusal more.
/// </summary>
/// <typeparam name="T">What is learned about one model.</typeparam>
internal sealed class ModelMemory<T>(TimeProvider time)
    where T : notnull
{
    /// <summary>Most models that are remembered.</summary>
    public const int Most = 1000;

    /// <summary>How long after its last lesson a model is remembered.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Lesson>> _byModel = new(StringComparer.Ordinal);
    private readonly LinkedList<Lesson> _byAge = [];

    /// <summary>What is known of a model.</summary>
    public bool TryGet(string model, [MaybeNullWhen(false)] out T known)
    {
        lock (_gate)
        {
            var isKnown = _byModel.TryGetValue(model, out var node) && IsFresh(node.Value);
            known = isKnown ? node!.Value.Known : default;
            return isKnown;
        }
    }

    /// <summary>Adds to what is known of a model.</summary>
    /// <param name="model">Its id.</param>
    /// <param name="nothing">What is known of a model that is new here.</param>
    /// <param name="learn">From what is known to what is known now. Called under a lock.</param>
    public void Learn(string model, T nothing, Func<T, T> learn)
    {
        lock (_gate)
        {
            var known = nothing;
            if (_byModel.Remove(model, out var before))
            {
                _byAge.Remove(before);
                known = IsFresh(before.Value) ? before.Value.Known : nothing;
            }

            _byModel.Add(model, _byAge.AddLast(new Lesson(model, learn(known), time.GetTimestamp())));
            while (_byAge.First is { Value: var oldest } && (_byAge.Count > Most || !IsFresh(oldest)))
            {
                _byModel.Remove(oldest.Model);
                _byAge.RemoveFirst();
            }
        }
    }

    private bool IsFresh(Lesson lesson) => time.GetElapsedTime(lesson.At) < Lifetime;

    private readonly record struct Lesson(string Model, T Known, long At);
}

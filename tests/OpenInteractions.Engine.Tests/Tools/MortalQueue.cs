using System.Reflection;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Tests.Tools;

/// <summary>The queue of a node that may die: from then on it takes no runs any more, though what it has in hand may go on, as of a node that hung.</summary>
public class MortalQueue : DispatchProxy
{
    private IRunQueue _queue = null!;
    private volatile bool _isDead;

    public static IRunQueue Of(IRunQueue queue)
    {
        var mortal = Create<IRunQueue, MortalQueue>();
        ((MortalQueue)(object)mortal)._queue = queue;
        return mortal;
    }

    /// <summary>The queue itself, for whoever goes on.</summary>
    public IRunQueue Die()
    {
        _isDead = true;
        return Of(_queue);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _isDead && targetMethod!.Name is (nameof(IRunQueue.ClaimAsync) or nameof(IRunQueue.ClaimCancelledAsync))
        ? Task.FromResult<IReadOnlyList<ClaimedRun>>([])
        : targetMethod!.Invoke(_queue, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}

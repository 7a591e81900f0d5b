using System.Threading.Channels;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Commits changes of one kind together: what arrives while a commit runs becomes the next group, one statement over all of its rows and one commit. An
/// idle lane commits the first change at once.
/// </summary>
/// <typeparam name="TChange">What is changed.</typeparam>
/// <typeparam name="TResult">What became of it.</typeparam>
internal sealed class GroupCommit<TChange, TResult> : IAsyncDisposable
{
    // While one lane waits for the disk the other gathers, and the server has work.
    private const int Lanes = 2;

    private const int MaxChanges = 256;

    // A message to the server may have 1 GB; this is about memory, and about the time that others of the group wait.
    private const long MaxBytes = 8_000_000;

    private readonly Channel<Pending> _waiting;
    private readonly Func<IReadOnlyList<TChange>, Task<IReadOnlyList<TResult>>> _commit;
    private readonly Func<TChange, long> _size;
    private readonly Task _lanes;

    /// <param name="capacity">How many changes may wait.</param>
    /// <param name="commit">Commits all or none; answers in the order of the changes.</param>
    /// <param name="size">About how many bytes a change has.</param>
    public GroupCommit(int capacity, Func<IReadOnlyList<TChange>, Task<IReadOnlyList<TResult>>> commit, Func<TChange, long> size)
    {
        _waiting = Channel.CreateBounded<Pending>(capacity);
        _commit = commit;
        _size = size;
        _lanes = Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => Task.Run(RunLaneAsync)));
    }

    /// <summary>Makes a change. The task ends when it is durable; a change that contradicts what is stored fails alone.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the waiting, not a change that has its place in the queue.</param>
    public async Task<TResult> RunAsync(TChange change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new Pending(change);
        if (!_waiting.Writer.TryWrite(pending))
        {
            try
            {
                await _waiting.Writer.WriteAsync(pending, cancellationToken);
            }
            catch (ChannelClosedException)
            {
                throw new StoreUnavailableException("The store is closed.");
            }
        }

        return await pending.Result.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Commits what waits.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _lanes;
    }

    private async Task RunLaneAsync()
    {
        var group = new List<Pending>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            long bytes = 0;
            while (group.Count < MaxChanges && bytes < MaxBytes && _waiting.Reader.TryRead(out var pending))
            {
                group.Add(pending);
                bytes += _size(pending.Change);
            }

            await CommitAsync(group);
            group.Clear();
        }
    }

    private async Task CommitAsync(List<Pending> group)
    {
        try
        {
            var results = await _commit(group.ConvertAll(pending => pending.Change));
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Result.SetResult(results[i]);
            }
        }
        catch (Exception exception) when (group.Count > 1 && exception is not StoreUnavailableException)
        {
            // The server refused one of them, so all were rolled back: each for itself, so that it fails alone.
            foreach (var pending in group)
            {
                await CommitAsync([pending]);
            }
        }
        catch (Exception exception)
        {
            foreach (var pending in group)
            {
                pending.Result.SetException(exception);
            }
        }
    }

    private sealed class Pending(TChange change)
    {
        public TChange Change => change;

        // Continuations run elsewhere: the lane has the next group to commit.
        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

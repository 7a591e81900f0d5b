namespace OpenInteractions.Storage.Sqlite;

/// <summary>A change that waits for the writer. It may be executed more than once before it is committed, and counts once.</summary>
internal abstract class WriteJob
{
    public abstract void Execute(SqliteSession session);

    /// <summary>Tells the caller that the change is durable.</summary>
    public abstract void Succeed();

    public abstract void Fail(Exception failure);
}

internal sealed class WriteJob<TState, TResult>(TState state, Func<SqliteSession, TState, TResult> change) : WriteJob
{
    // Continuations run elsewhere: the writer thread has the next group to commit.
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult _result = default!;

    public Task<TResult> Task => _completion.Task;

    public override void Execute(SqliteSession session) => _result = change(session, state);

    public override void Succeed() => _completion.SetResult(_result);

    public override void Fail(Exception failure) => _completion.SetException(failure);
}

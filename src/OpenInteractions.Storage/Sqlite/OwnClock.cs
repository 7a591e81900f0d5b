namespace OpenInteractions.Storage.Sqlite;

/// <summary>
/// The clock of leases and deadlines: the time at which the store was opened and what has passed since. One process owns the directory, so nobody
/// else reads these times while it lives, and a clock that is set must not end a lease or a run.
/// </summary>
internal sealed class OwnClock(TimeProvider time)
{
    private readonly DateTimeOffset _opened = time.GetUtcNow();
    private readonly long _since = time.GetTimestamp();

    public DateTimeOffset Now => _opened + time.GetElapsedTime(_since);
}

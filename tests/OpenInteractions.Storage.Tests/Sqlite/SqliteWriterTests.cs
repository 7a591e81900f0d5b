using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage.Tests.Sqlite;

#pragma warning disable CA1001 // xunit 2 closes it through IAsyncLifetime.
public sealed class SqliteWriterTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly StorageInstruments _instruments = new();
    private readonly SqliteDatabase _database;
    private readonly SqliteReaders _readers;
    private readonly SqliteWriter _writer;
    private volatile bool _isPoolBusy;
    private volatile List<Action>? _held;

    public SqliteWriterTests()
    {
        SqliteLibrary.Load(null);
        _database = SqliteDatabase.Open(_directory.Path);
        var session = _database.OpenWriter([new Migration(1, "0001_notes", "CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT")], TimeProvider.System);
        _readers = new SqliteReaders(_database, 2);
        _writer = new SqliteWriter(session, capacity: 8, _instruments, NullLogger.Instance, () => _isPoolBusy, Queue);
    }

    private static CancellationToken Cancel => CancellationToken.None;

    private void Queue(Action action)
    {
        if (_held is { } held)
        {
            held.Add(action);
        }
        else
        {
            ThreadPool.QueueUserWorkItem(static a => a(), action, preferLocal: false);
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _readers.DisposeAsync();
        await _writer.DisposeAsync();
        _database.Dispose();
        _instruments.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Changes_that_arrive_during_a_commit_share_the_next_one()
    {
        using var busy = new Busy(_writer);

        var changes = Enumerable.Range(0, 7).Select(number => WriteAsync($"note {number}")).ToArray();
        Assert.Equal(0, _instruments.Commits);
        await busy.EndAsync();
        await Task.WhenAll(changes).WaitAsync(Patience);

        Assert.Equal(2, _instruments.Commits);
        Assert.Equal(8, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task Changes_that_come_before_the_pool_has_done_its_work_share_a_commit()
    {
        var held = new List<Action>();
        _held = held;

        var changes = Enumerable.Range(0, 5).Select(number => WriteAsync($"note {number}")).ToArray();
        var wake = Assert.Single(held);
        Assert.Equal(0, _instruments.Commits);
        wake();
        await Task.WhenAll(changes).WaitAsync(Patience);

        Assert.Equal(1, _instruments.Commits);
    }

    [Fact]
    public async Task A_change_of_its_own_is_committed_at_once()
    {
        await WriteAsync("first").WaitAsync(Patience);
        await WriteAsync("second").WaitAsync(Patience);

        Assert.Equal(2, _instruments.Commits);
    }

    [Fact]
    public async Task In_a_group_a_change_that_fails_is_undone_alone()
    {
        using var busy = new Busy(_writer);
        var before = WriteAsync("before");
        var failing = _writer.RunAsync(
            0,
            static (session, _) =>
            {
                Write(session, "half");
                Write(session, "before");
                return true;
            },
            Cancel);
        var after = WriteAsync("after");
        await busy.EndAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.WaitAsync(Patience));
        await Task.WhenAll(before, after).WaitAsync(Patience);

        Assert.Equal(3, _instruments.Commits); // of the busy one, and of the two that stand alone now
        Assert.Equal(["after", "before", "busy"], await ReadAsync());
    }

    [Fact]
    public async Task When_a_group_loses_its_transaction_the_others_are_committed_one_by_one()
    {
        using var busy = new Busy(_writer);
        var before = WriteAsync("before");
        var destructive = _writer.RunAsync(0, static (session, _) => session["ROLLBACK"].Execute(), Cancel);
        var after = WriteAsync("after");
        await busy.EndAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => destructive.WaitAsync(Patience));
        await Task.WhenAll(before, after).WaitAsync(Patience);

        Assert.Equal(["after", "before", "busy"], await ReadAsync());
    }

    [Fact]
    public async Task Closing_commits_what_is_queued_and_refuses_what_comes_later()
    {
        var busy = new Busy(_writer);
        var queued = Enumerable.Range(0, 5).Select(number => WriteAsync($"note {number}")).ToArray();
        var closing = _writer.DisposeAsync().AsTask();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteAsync("late").WaitAsync(Patience));
        await busy.EndAsync();
        await Task.WhenAll(queued).WaitAsync(Patience);
        await closing.WaitAsync(Patience);

        Assert.Equal(6, (await ReadAsync()).Count);
    }

    [Fact]
    public async Task A_caller_who_leaves_while_the_change_waits_does_not_stop_it()
    {
        using var busy = new Busy(_writer);
        using var gone = new CancellationTokenSource();
        var left = _writer.RunAsync("left", static (session, text) => Write(session, text), gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(Patience));

        var next = WriteAsync("next");
        await busy.EndAsync();
        await next.WaitAsync(Patience);

        Assert.Equal(["busy", "left", "next"], await ReadAsync());
    }

    [Fact]
    public async Task A_full_queue_makes_callers_wait_and_those_who_leave_change_nothing()
    {
        using var busy = new Busy(_writer);
        using var gone = new CancellationTokenSource();
        var queued = Enumerable.Range(0, 7).Select(number => WriteAsync($"note {number}")).ToArray();
        var leaving = _writer.RunAsync("never", static (session, text) => Write(session, text), gone.Token);
        var staying = WriteAsync("in the end");
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving.WaitAsync(Patience));

        await busy.EndAsync();
        await Task.WhenAll(queued).WaitAsync(Patience);
        await staying.WaitAsync(Patience);

        Assert.Equal(9, (await ReadAsync()).Count);
        Assert.DoesNotContain("never", await ReadAsync());
    }

    [Fact]
    public async Task The_log_is_copied_back_and_starts_anew_under_a_load_of_writes()
    {
        for (var i = 0; i < 200; i++)
        {
            await WriteAsync(i + new string('x', 400_000)).WaitAsync(Patience);
        }

        // 80 MB went through it; about 8 MB at a time are copied back.
        Assert.InRange(new FileInfo(Inspection.DatabasePath(_directory.Path) + "-wal").Length, 1, 20_000_000);
    }

    [Fact]
    public async Task When_changes_come_one_by_one_the_caller_makes_them_himself()
    {
        await CalmDownAsync();

        var here = Environment.CurrentManagedThreadId;
        var made = WriteHereAsync("here");

        Assert.True(made.IsCompletedSuccessfully);
        Assert.Equal(here, await made);
        Assert.Contains("here", await ReadAsync());
    }

    [Fact]
    public async Task A_caller_whose_thread_is_needed_elsewhere_does_not_make_his_change_himself()
    {
        await CalmDownAsync();
        _isPoolBusy = true;

        var here = Environment.CurrentManagedThreadId;

        Assert.NotEqual(here, await WriteHereAsync("there").WaitAsync(Patience));
        Assert.Contains("there", await ReadAsync());
    }

    [Fact]
    public async Task A_change_that_a_person_waits_for_is_made_by_the_caller_whatever_else_there_is_to_do()
    {
        _isPoolBusy = true; // and others have just shared a commit, for all that the writer knows

        var here = Environment.CurrentManagedThreadId;
        var made = WriteNowAsync("here");

        Assert.True(made.IsCompletedSuccessfully);
        Assert.Equal(here, await made);
        Assert.Contains("here", await ReadAsync());
    }

    [Fact]
    public async Task A_change_that_a_person_waits_for_joins_what_waits_when_another_is_being_made()
    {
        using var busy = new Busy(_writer);

        var (first, second) = (WriteNowAsync("first"), WriteNowAsync("second"));
        Assert.False(first.IsCompleted);
        await busy.EndAsync();
        await Task.WhenAll(first, second).WaitAsync(Patience);

        Assert.Contains("second", await ReadAsync());
    }

    [Fact]
    public async Task While_others_write_nobody_makes_his_change_himself()
    {
        await CalmDownAsync();
        using var busy = new Busy(_writer);

        var (first, second) = (WriteHereAsync("first"), WriteHereAsync("second"));
        Assert.False(first.IsCompleted);
        await busy.EndAsync();
        await Task.WhenAll(first, second).WaitAsync(Patience);

        // Who has just shared a commit is not alone.
        var here = Environment.CurrentManagedThreadId;
        Assert.NotEqual(here, await WriteHereAsync("third").WaitAsync(Patience));
    }

    [Fact]
    public async Task What_arrives_while_a_caller_makes_his_change_is_committed_after_it()
    {
        await CalmDownAsync();
        using var here = new Busy(_writer, asCaller: true);

        var others = Enumerable.Range(0, 5).Select(number => WriteAsync($"other {number}")).ToArray();
        Assert.DoesNotContain(others, other => other.IsCompleted);
        await here.EndAsync();

        await Task.WhenAll(others).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_change_of_the_caller_that_fails_is_undone_and_the_next_is_made()
    {
        await CalmDownAsync();

        var failing = _writer.RunHereAsync(
            0,
            static (session, _) =>
            {
                Write(session, "half");
                return Write(session, "half");
            },
            Cancel);

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.WaitAsync(Patience));
        await WriteHereAsync("next").WaitAsync(Patience);
        Assert.DoesNotContain("half", await ReadAsync());
        Assert.Contains("next", await ReadAsync());
    }

    [Fact]
    public async Task Closing_waits_for_a_caller_who_makes_his_change()
    {
        await CalmDownAsync();
        using var here = new Busy(_writer, asCaller: true);

        var closing = _writer.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => WriteHereAsync("late").WaitAsync(Patience));
        Assert.False(closing.IsCompleted);
        await here.EndAsync();
        await closing.WaitAsync(Patience);

        Assert.Contains("busy", await ReadAsync());
    }

    [Fact]
    public async Task The_log_is_copied_back_when_callers_make_all_changes()
    {
        await CalmDownAsync();
        for (var i = 0; i < 200; i++)
        {
            await WriteHereAsync(i + new string('x', 400_000)).WaitAsync(Patience);
        }

        Assert.InRange(new FileInfo(Inspection.DatabasePath(_directory.Path) + "-wal").Length, 1, 20_000_000);
    }

    [Fact]
    public async Task Readers_cannot_write()
    {
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _readers.ReadAsync("note", static (session, text) => Write(session, text), Cancel));

        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task The_writer_waits_for_the_disk_and_is_the_only_one_that_checkpoints()
    {
        Assert.Equal(2, await _writer.RunAsync(0, static (session, _) => session["PRAGMA synchronous"].QueryNumber(), Cancel));
        Assert.Equal(0, await _writer.RunAsync(0, static (session, _) => session["PRAGMA wal_autocheckpoint"].QueryNumber(), Cancel));
        Assert.Equal(0, await _readers.ReadAsync(0, static (session, _) => session["PRAGMA wal_autocheckpoint"].QueryNumber(), Cancel));
        Assert.Equal(1, await _readers.ReadAsync(0, static (session, _) => session["PRAGMA query_only"].QueryNumber(), Cancel));
        Assert.True(File.Exists(Inspection.DatabasePath(_directory.Path) + "-wal"));
    }

    private static int Write(SqliteSession session, string text) => session["INSERT INTO notes (text) VALUES ($1)"].Set(1, text).Execute();

    private Task<int> WriteAsync(string text) => _writer.RunAsync(text, static (session, text) => Write(session, text), Cancel);

    /// <summary>Where the change was made.</summary>
    private Task<int> WriteHereAsync(string text) => _writer.RunHereAsync(
        text,
        static (session, text) =>
        {
            Write(session, text);
            return Environment.CurrentManagedThreadId;
        },
        Cancel);

    private Task<int> WriteNowAsync(string text) => _writer.RunNowAsync(
        text,
        static (session, text) =>
        {
            Write(session, text);
            return Environment.CurrentManagedThreadId;
        },
        Cancel);

    /// <summary>
    /// Changes one by one until the writer takes nobody for a member of a crowd. A caller is told of his commit a moment before the writer's thread lets go
    /// of the connection, and may come too soon once more; when a caller has made his change himself, nobody else has the connection.
    /// </summary>
    private async Task CalmDownAsync()
    {
        for (var i = 0; i < 1000; i++)
        {
            var here = Environment.CurrentManagedThreadId;
            var made = WriteHereAsync($"calm {i}");
            var isHere = made.IsCompletedSuccessfully;
            if (await made.WaitAsync(Patience) == here && isHere)
            {
                return;
            }
        }

        throw new InvalidOperationException("No caller ever made his change himself.");
    }

    private async Task<List<string>> ReadAsync() => await _readers.ReadAsync(
        0,
        static (session, _) =>
        {
            using var rows = session["SELECT text FROM notes ORDER BY text"].Query();
            var notes = new List<string>();
            while (rows.Read())
            {
                notes.Add(rows.GetString(0));
            }

            return notes;
        },
        Cancel);

    /// <summary>Keeps the writer inside a transaction until a test lets it go.</summary>
    private sealed class Busy : IDisposable
    {
        private readonly ManualResetEventSlim _entered = new();
        private readonly ManualResetEventSlim _released = new();
        private readonly Task<int> _change;

        public Busy(SqliteWriter writer, bool asCaller = false)
        {
            _change = asCaller ? Task.Run(() => writer.RunHereAsync(this, Stay, Cancel)) : writer.RunAsync(this, Stay, Cancel);
            Assert.True(_entered.Wait(Patience), "The writer never started.");
        }

        private static int Stay(SqliteSession session, Busy busy)
        {
            busy._entered.Set();
            busy._released.Wait(Patience);
            return Write(session, "busy");
        }

        public async Task EndAsync()
        {
            _released.Set();
            await _change.WaitAsync(Patience);
        }

        public void Dispose()
        {
            _entered.Dispose();
            _released.Dispose();
        }
    }
}

using System.Diagnostics;
using Npgsql;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Storage.Tests.Postgres;

/// <summary>Reads of single interactions that come together go to the database together. A lock on the table holds them until all have come.</summary>
public sealed class InteractionReadsTests : IAsyncLifetime, IAsyncDisposable
{
    private const int Readers = 40;
    private const int OnTheirOwn = 3; // one on its caller's thread, two statements at once

    private PostgresTestDatabase _database = null!;
    private PostgresStorage _storage = null!;

    public async Task InitializeAsync()
    {
        _database = await (await PostgresCluster.GetAsync()).NewDatabaseAsync();
        _storage = _database.Open();
        for (var i = 0; i < Readers; i++)
        {
            await _storage.Interactions.InsertFinishedAsync(Sample.Finished(i), CancellationToken.None);
        }
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Each_gets_what_he_asked_for_and_no_other_project_sees_it()
    {
        var read = await TogetherAsync(i => i switch
        {
            3 => _storage.Interactions.GetAsync("other", Sample.Id(3), CancellationToken.None),
            4 => _storage.Interactions.GetAsync(Sample.Project, "int_unknown", CancellationToken.None),
            5 => _storage.Interactions.GetAsync(Sample.Project, Sample.Id(6), CancellationToken.None), // twice
            _ => _storage.Interactions.GetAsync(Sample.Project, Sample.Id(i), CancellationToken.None),
        });

        for (var i = 0; i < Readers; i++)
        {
            var found = await read[i].OrTimeout($"read {i}");
            Assert.Equal(i switch { 3 or 4 => null, 5 => Sample.Id(6), _ => Sample.Id(i) }, found?.Id);
            Assert.Equal(found is null ? null : Sample.Text(Sample.Finished(i == 5 ? 6 : i).Output), found is null ? null : Sample.Text(found.Output));
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_the_fault_of_who_asked_for_it()
    {
        await _database.ExecuteAsync($"UPDATE interactions SET status = 'nonsense' WHERE id = '{Sample.Id(17)}'");

        var read = await TogetherAsync(i => _storage.Interactions.GetAsync(Sample.Project, Sample.Id(i), CancellationToken.None));

        for (var i = 0; i < Readers; i++)
        {
            var error = await Record.ExceptionAsync(() => read[i].OrTimeout($"read {i}"));
            Assert.Equal(i == 17, error is not null and not TimeoutException);
        }
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_any_more_is_let_go_and_nobody_else()
    {
        using var gone = new CancellationTokenSource();
        var read = await TogetherAsync(
            i => _storage.Interactions.GetAsync(Sample.Project, Sample.Id(i), i == Readers - 1 ? gone.Token : CancellationToken.None), whileHeld: () => gone.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read[^1].OrTimeout("the read that was given up"));
        Assert.Equal(Enumerable.Range(0, Readers - 1).Select(Sample.Id), (await Task.WhenAll(read[..^1]).OrTimeout("the others")).Select(r => r!.Id));
    }

    /// <summary>Begins all reads while none can be answered, and sees to it that few statements wait.</summary>
    private async Task<Task<StoredInteraction?>[]> TogetherAsync(Func<int, Task<StoredInteraction?>> read, Action? whileHeld = null)
    {
        await using var source = NpgsqlDataSource.Create(_database.ConnectionString + ";Pooling=false");
        await using var holder = await source.OpenConnectionAsync();
        await using var held = await holder.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("LOCK TABLE interactions IN ACCESS EXCLUSIVE MODE", holder))
        {
            await command.ExecuteNonQueryAsync();
        }

        // Of threads of their own: one of them waits for the database itself.
        var begun = Enumerable.Range(0, Readers).Select(i => Task.Factory.StartNew(() => read(i), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var open = begun.ToList<Task>();
        while (open.Count > 1)
        {
            open.Remove(await Task.WhenAny(open).OrTimeout("the reads begin"));
        }

        var since = Stopwatch.GetTimestamp();
        while (await WaitingAsync(source) < 2)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(30), "no statement waits");
        }

        Assert.InRange(await WaitingAsync(source), 2, OnTheirOwn);
        whileHeld?.Invoke();
        await held.CommitAsync();
        return [.. begun.Select(b => b.Unwrap())];
    }

    private static async Task<long> WaitingAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'relation' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

using Microsoft.Data.Sqlite;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Tests.Postgres;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Copying.Places;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>Nothing of a schema is forgotten by a copy, now or after the next migration.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryDirectory _source = new();
    private readonly TemporaryDirectory _target = new();

    private static CancellationToken Cancel => CancellationToken.None;

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    [Fact]
    public async Task Every_table_is_copied_or_named_as_one_that_is_not()
    {
        await SqliteFixture.Open(_source.Path).DisposeAsync();
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();
        var known = StoreTable.All.Select(table => table.Name).Concat(StoreTable.NotCopied).ToArray();

        var embedded = (string)Inspection.Query(_source.Path, "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'file_search_words%'")!;
        var shared = (string)(await database.QueryAsync("SELECT string_agg(relname, ',') FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))!;

        Assert.Empty(shared.Split(',').Except(known));
        Assert.Empty(embedded.Split(',').Except([.. known, "contents", "run_requests", "file_search_places"])); // parts of interactions and runs; the index over chunks makes itself
    }

    [Fact]
    public async Task Both_engines_have_the_same_columns()
    {
        await SqliteFixture.Open(_source.Path).DisposeAsync();
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();
        await using var embedded = SqliteCopyEnd.Open(new StoreLocation.InDirectory(_source.Path, null), mustExist: true);
        await using var shared = await PostgresCopyEnd.OpenAsync(new StoreLocation.InPostgres(database.ConnectionString), Cancel);

        foreach (var table in StoreTable.All)
        {
            Assert.Equal(embedded.Columns(table), shared.Columns(table));
        }
    }

    [Fact]
    public async Task A_column_that_a_later_migration_adds_is_copied()
    {
        await FillAsync();
        Execute(_source, "ALTER TABLE interactions ADD COLUMN added TEXT NOT NULL DEFAULT ''; UPDATE interactions SET added = 'later ' || id");
        await SqliteFixture.Open(_target.Path).DisposeAsync();
        Execute(_target, "ALTER TABLE interactions ADD COLUMN added TEXT NOT NULL DEFAULT ''");
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();
        await database.ExecuteAsync("ALTER TABLE interactions ADD COLUMN added text NOT NULL DEFAULT ''");

        await new StoreCopy(In(_source), In(database)).RunAsync(Cancel);
        await new StoreCopy(In(database), In(_target)).RunAsync(Cancel);

        Assert.Equal($"later {Id(1)}", await database.QueryAsync("SELECT added FROM interactions"));
        Assert.Equal($"later {Id(1)}", Inspection.Query(_target.Path, "SELECT added FROM interactions"));
    }

    [Fact]
    public async Task A_column_that_only_one_of_them_has_is_refused()
    {
        await FillAsync();
        await using var database = await NewDatabaseAsync();
        await database.Open().DisposeAsync();
        await database.ExecuteAsync("ALTER TABLE journal ADD COLUMN added text");

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(() => new StoreCopy(In(_source), In(database)).RunAsync(Cancel));

        Assert.Contains("journal has different columns", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_sorted_to_be_read_in_order()
    {
        await FillAsync();
        using var embedded = Storage.Sqlite.SqliteDatabase.Open(_source.Path);
        using var session = embedded.OpenReader();

        foreach (var table in StoreTable.All)
        {
            var shape = new SqliteTable(table, session);
            foreach (var sql in new[] { shape.ReadSql(RowOrder.Key, true), shape.ReadSql(RowOrder.Key, false) })
            {
                using var plan = session[$"EXPLAIN QUERY PLAN {sql}"].Query();
                while (plan.Read())
                {
                    Assert.DoesNotContain("TEMP B-TREE", plan.GetString(3), StringComparison.Ordinal);
                }
            }
        }
    }

    private static void Execute(TemporaryDirectory directory, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Inspection.DatabasePath(directory.Path)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private async Task FillAsync()
    {
        await using var store = SqliteFixture.Open(_source.Path);
        await store.Interactions.InsertFinishedAsync(Finished(1), Cancel);
    }
}

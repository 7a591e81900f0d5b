using Microsoft.Data.Sqlite;
using OpenInteractions.Storage.Copying;
using OpenInteractions.Storage.Tests.Sqlite;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Copying;

/// <summary>A source that is damaged is not copied as if it were whole.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TemporaryDirectory _source = new();
    private readonly TemporaryDirectory _target = new();

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
    }

    [Theory]
    [InlineData("UPDATE interactions SET model = CAST(x'61ff62' AS TEXT) WHERE id = 'int_00000007'", "Row 8 of interactions is damaged")]
    [InlineData("DELETE FROM contents WHERE interaction = 3", "1 rows of interactions")]
    [InlineData("INSERT INTO contents (interaction, input) VALUES (4711, x'00')", "1 rows of interactions")]
    [InlineData("INSERT INTO journal VALUES (4711, 1, 1, 1, 0, x'00', NULL)", "1 belong to no interaction")]
    [InlineData("INSERT INTO labels VALUES (4711, 'k', 'v', 'default', 'int_00000001')", "1 belong to no interaction")]
    public async Task A_row_that_is_broken_or_belongs_to_nothing_stops_the_copy(string damage, string told)
    {
        await FillAsync();
        Execute(damage);

        var refusal = await Assert.ThrowsAsync<StoreRefusedException>(CopyAsync);

        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => SqliteFixture.Open(_target.Path));
    }

    [Fact]
    public async Task A_page_of_the_file_that_is_overwritten_stops_the_copy()
    {
        await FillAsync();
        using (var file = File.OpenWrite(Inspection.DatabasePath(_source.Path)))
        {
            for (var page = 20; page < file.Length / 4096; page += 7)
            {
                file.Position = page * 4096L;
                file.Write(Enumerable.Repeat((byte)0xEE, 4096).ToArray());
            }
        }

        await Assert.ThrowsAsync<StoreRefusedException>(CopyAsync);
    }

    private Task CopyAsync() => new StoreCopy(new StoreLocation.InDirectory(_source.Path, null), new StoreLocation.InDirectory(_target.Path, null)).RunAsync(CancellationToken.None);

    private async Task FillAsync()
    {
        await using var store = SqliteFixture.Open(_source.Path);
        for (var number = 0; number < 100; number++)
        {
            await store.Interactions.InsertFinishedAsync(
                Finished(number) with { Input = new byte[20_000], Labels = new Dictionary<string, string> { ["k"] = "v" } }, CancellationToken.None);
        }
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Inspection.DatabasePath(_source.Path)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}

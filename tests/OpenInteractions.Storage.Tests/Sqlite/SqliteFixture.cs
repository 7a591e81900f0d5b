using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage.Tests.Sqlite;

/// <summary>A directory for each store, removed with it.</summary>
public sealed class SqliteFixture : IStorageFixture
{
    public Task<TestStore> NewStoreAsync()
    {
        var directory = new TemporaryDirectory();
        var clock = new ManualClock();
        var storage = Open(directory.Path, clock);
        return Task.FromResult(new TestStore(storage, clock, async () =>
        {
            await storage.DisposeAsync();
            directory.Dispose();
        }));
    }

    internal static SqliteStorage Open(string directory, TimeProvider? time = null, SqliteOptions? options = null) =>
        SqliteStorage.Open(directory, options ?? new SqliteOptions(), time ?? TimeProvider.System, NullLogger.Instance);
}

/// <summary>A directory of a test's own.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("oi-storage-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

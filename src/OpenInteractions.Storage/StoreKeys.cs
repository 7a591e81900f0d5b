using OpenInteractions.Contracts.Keys;
using OpenInteractions.Storage.Postgres;
using OpenInteractions.Storage.Sqlite;

namespace OpenInteractions.Storage;

/// <summary>
/// The API keys of a store, made and revoked without a server or beside those that run. In PostgreSQL they are rows. The embedded store belongs to one process, and
/// there may be none yet: a change is written into the directory's file of keys, which the server there takes into its store.
/// </summary>
public static class StoreKeys
{
    /// <summary>How many a store may have: each node has all of them in memory.</summary>
    public const int Most = 10_000;

    /// <summary>Makes a key of a project. It is kept nowhere.</summary>
    /// <exception cref="StoreRefusedException">The store cannot be used, or has as many as it may.</exception>
    public static Task<(ApiKeyEntry Entry, string Key)> CreateAsync(StoreLocation location, string project, CancellationToken cancellationToken) =>
        OnAsync(location, async keys =>
        {
            if ((await keys.ListAsync(cancellationToken)).Count >= Most)
            {
                throw new StoreRefusedException($"There are {Most} API keys, the most that a store may have: revoke those that are not used any more.");
            }

            var made = ApiKeyFile.NewKey(project, TimeProvider.System.GetUtcNow());
            await keys.PutAsync(made.Entry, cancellationToken);
            return made;
        }, cancellationToken);

    /// <summary>The keys that are valid, the oldest first.</summary>
    /// <exception cref="StoreRefusedException">The store cannot be used.</exception>
    public static Task<IReadOnlyList<ApiKeyEntry>> ListAsync(StoreLocation location, CancellationToken cancellationToken) =>
        OnAsync(location, keys => keys.ListAsync(cancellationToken), cancellationToken);

    /// <summary>Ends a key.</summary>
    /// <returns>False when there is none of this id.</returns>
    /// <exception cref="StoreRefusedException">The store cannot be used.</exception>
    public static Task<bool> RevokeAsync(StoreLocation location, string id, CancellationToken cancellationToken) =>
        OnAsync(location, async keys =>
        {
            if ((await keys.ListAsync(cancellationToken)).FirstOrDefault(key => key.Id == id) is not { } found)
            {
                return false;
            }

            await keys.PutAsync(found with { Revoked = TimeProvider.System.GetUtcNow() }, cancellationToken);
            return true;
        }, cancellationToken);

    private static Task<T> OnAsync<T>(StoreLocation location, Func<IKeys, Task<T>> work, CancellationToken cancellationToken) => StoreRefusals.TranslateAsync(async () =>
    {
        await using IKeys keys = location switch
        {
            StoreLocation.InDirectory directory => new InDirectory(directory),
            StoreLocation.InPostgres postgres => await InPostgres.OpenAsync(postgres, cancellationToken),
            _ => throw new ArgumentException("No such place.", nameof(location)),
        };
        return await work(keys);
    });

    private interface IKeys : IAsyncDisposable
    {
        Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken);

        /// <summary>Keeps a new key, or ends one.</summary>
        Task PutAsync(ApiKeyEntry key, CancellationToken cancellationToken);
    }

    private sealed class InDirectory(StoreLocation.InDirectory location) : IKeys
    {
        private const string HasTableSql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'api_keys'";

        private readonly ApiKeyFile _file = new(Path.Combine(Path.GetFullPath(location.DataDirectory), ApiKeyFile.FileName));

        /// <summary>What the database has, and what the server has not taken yet.</summary>
        public Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken)
        {
            // First the file: what is taken meanwhile is then seen twice, and not missed.
            var waiting = _file.Read();
            var kept = Kept();
            var ended = kept.Concat(waiting).Where(key => key.Revoked is not null).Select(key => key.Id).ToHashSet(StringComparer.Ordinal);
            return Task.FromResult<IReadOnlyList<ApiKeyEntry>>([.. kept.Concat(waiting).DistinctBy(key => key.Id).Where(key => !ended.Contains(key.Id))]);
        }

        public Task PutAsync(ApiKeyEntry key, CancellationToken cancellationToken)
        {
            DataDirectory.MakePrivate(location.DataDirectory);
            return _file.AddAsync(key, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private List<ApiKeyEntry> Kept()
        {
            if (!SqliteDatabase.Exists(location.DataDirectory))
            {
                return [];
            }

            SqliteLibrary.Load(location.LibraryPath);
            using var session = SqliteDatabase.OpenForBackup(DataDirectory.DatabaseIn(location.DataDirectory));
            return session[HasTableSql].QueryNumber() is null ? [] : session[ApiKeyRows.AllInOrderSql].ReadAll(static row => ApiKeyRows.Read(row));
        }
    }

    private sealed class InPostgres(PostgresDatabase database, StorageInstruments instruments) : IKeys
    {
        private readonly PostgresApiKeyStore _store = new(database);

        public static async Task<InPostgres> OpenAsync(StoreLocation.InPostgres location, CancellationToken cancellationToken)
        {
            // An empty one is made ready, as by the first server: there has to be a key before it starts. One that is in use is not brought further behind its servers' backs.
            var report = await StoreMigration.CheckAsync(location, cancellationToken);
            if (report is { Steps.Count: > 0, Version: > 0 })
            {
                throw new StoreRefusedException($"{report.Store} is of an older version ({string.Join(", ", report.Steps)} missing). Start the servers of this version, or run 'oi storage migrate'.");
            }

            var instruments = new StorageInstruments();
            try
            {
                return new InPostgres(PostgresDatabase.Open(new PostgresOptions { ConnectionString = location.ConnectionString }, PostgresMigrations.All, instruments, out _), instruments);
            }
            catch
            {
                instruments.Dispose();
                throw;
            }
        }

        public Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken) => _store.ListAsync(cancellationToken);

        public Task PutAsync(ApiKeyEntry key, CancellationToken cancellationToken) =>
            key.Revoked is { } revoked ? _store.RevokeAsync(key.Id, revoked, cancellationToken) : _store.InsertAsync(key, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await database.DisposeAsync();
            instruments.Dispose();
        }
    }
}

using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>The keys of callers.</summary>
internal sealed class SqliteApiKeyStore(SqliteWriter writer, SqliteReaders readers) : IApiKeyStore
{
    public Task<bool> InsertAsync(ApiKeyEntry key, CancellationToken cancellationToken) => writer.RunAsync(
        key,
        static (session, key) =>
            session[ApiKeyRows.InsertSql].Set(1, key.Project).Set(2, key.Id).Set(3, key.Sha256).Set(4, key.Created).Set(5, key.Revoked).Execute() == 1,
        cancellationToken);

    public Task<bool> RevokeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken) => writer.RunAsync(
        (id, now), static (session, key) => session[ApiKeyRows.RevokeSql].Set(1, key.id).Set(2, key.now).Execute() == 1, cancellationToken);

    public Task<IReadOnlyList<ApiKeyEntry>> ListAsync(CancellationToken cancellationToken) => readers.ReadAsync(
        0, static IReadOnlyList<ApiKeyEntry> (session, _) => session[ApiKeyRows.ListSql].ReadAll(static row => ApiKeyRows.Read(row)), cancellationToken);

    public Task<string> ReadVersionAsync(CancellationToken cancellationToken) => readers.ReadAsync(
        0, static (session, _) => session[ApiKeyRows.VersionSql].ReadFirst(static row => ApiKeyRows.ReadVersion(row)) ?? "", cancellationToken);
}

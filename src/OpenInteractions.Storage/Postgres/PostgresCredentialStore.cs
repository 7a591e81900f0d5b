using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Credentials, in the order of their numbers.</summary>
internal sealed class PostgresCredentialStore(PostgresDatabase database) : ICredentialStore
{
    private const string BeginRefreshSql =
        "UPDATE credentials SET refresh_until = oi_now() + $4 WHERE project = $1 AND number = $2 AND version = $3 AND refresh_until <= oi_now()";

    private static readonly RowQuery<(string Project, string Id), StoredCredential> One = new(
        CredentialRows.GetSql, static (command, key) => command.Text(key.Project).Text(key.Id), static row => CredentialRows.Read(row));

    public Task<Insertion> InsertAsync(StoredCredential credential, int most, CancellationToken cancellationToken) => database.InsertNamedAsync(
        ("credentials", credential.Project, credential.Id, most),
        credential,
        static async (connection, credential, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(CredentialRows.InsertSql).Text(credential.Project).Text(credential.Id).Text(credential.Type).Text(CredentialRows.StatusOf(credential))
                .Time(credential.Created).Time(credential.Updated).Blob(credential.Sealed);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<StoredCredential?> GetAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(One, (project, id), cancellationToken);

    public async Task<IReadOnlyList<StoredCredential>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken) => await database.ReadAllAsync(
        CredentialRows.ListSql,
        (project, after, limit),
        static (command, page) => command.Text(page.project).Long(page.after).Integer(page.limit),
        static row => CredentialRows.Read(row),
        cancellationToken);

    public async Task<bool> ChangeAsync(StoredCredential credential, CancellationToken cancellationToken) => await database.ExecuteAsync(
        CredentialRows.ChangeSql,
        credential,
        static (command, credential) => command.Text(credential.Project).Long(credential.Number).Long(credential.Version)
            .Text(CredentialRows.StatusOf(credential)).Time(credential.Updated).Blob(credential.Sealed),
        cancellationToken) == 1;

    public async Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => await database.ExecuteAsync(
        CredentialRows.DeleteSql, (project, id), static (command, key) => command.Text(key.project).Text(key.id), cancellationToken) == 1;

    public async Task<bool> TryBeginRefreshAsync(StoredCredential credential, TimeSpan lease, CancellationToken cancellationToken) => await database.ExecuteAsync(
        BeginRefreshSql,
        (credential, lease),
        static (command, state) => command.Text(state.credential.Project).Long(state.credential.Number).Long(state.credential.Version).Milliseconds(state.lease),
        cancellationToken) == 1;

    public Task EndRefreshAsync(StoredCredential credential, CancellationToken cancellationToken) => database.ExecuteAsync(
        CredentialRows.EndRefreshSql,
        credential,
        static (command, credential) => command.Text(credential.Project).Long(credential.Number).Long(credential.Version),
        cancellationToken);
}

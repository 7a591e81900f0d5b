using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Credentials, in the order of their numbers.</summary>
internal sealed class SqliteCredentialStore(SqliteWriter writer, SqliteReaders readers, OwnClock clock) : ICredentialStore
{
    private const string BeginRefreshSql = "UPDATE credentials SET refresh_until = $5 WHERE project = $1 AND number = $2 AND version = $3 AND refresh_until <= $4";

    public Task<Insertion> InsertAsync(StoredCredential credential, int most, CancellationToken cancellationToken) => writer.RunAsync(
        (credential, most),
        static (session, state) =>
        {
            var credential = state.credential;
            if (session[CredentialRows.FindSql].Set(1, credential.Project).Set(2, credential.Id).QueryNumber() is not null)
            {
                return Insertion.Taken;
            }

            if (session[CredentialRows.CountSql].Set(1, credential.Project).QueryNumber() >= state.most)
            {
                return Insertion.TooMany;
            }

            session[CredentialRows.InsertSql].Set(1, credential.Project).Set(2, credential.Id).Set(3, credential.Type).Set(4, CredentialRows.StatusOf(credential))
                .Set(5, credential.Created).Set(6, credential.Updated).SetBlob(7, credential.Sealed).Execute();
            return Insertion.Kept;
        },
        cancellationToken);

    public Task<StoredCredential?> GetAsync(string project, string id, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, id), static (session, key) => session[CredentialRows.GetSql].Set(1, key.project).Set(2, key.id).ReadFirst(static row => CredentialRows.Read(row)), cancellationToken);

    public Task<IReadOnlyList<StoredCredential>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, after, limit),
        static IReadOnlyList<StoredCredential> (session, page) =>
            session[CredentialRows.ListSql].Set(1, page.project).Set(2, page.after).Set(3, page.limit).ReadAll(static row => CredentialRows.Read(row)),
        cancellationToken);

    public Task<bool> ChangeAsync(StoredCredential credential, CancellationToken cancellationToken) => writer.RunAsync(
        credential,
        static (session, credential) => session[CredentialRows.ChangeSql].Set(1, credential.Project).Set(2, credential.Number).Set(3, credential.Version)
            .Set(4, CredentialRows.StatusOf(credential)).Set(5, credential.Updated).SetBlob(6, credential.Sealed).Execute() == 1,
        cancellationToken);

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id), static (session, key) => session[CredentialRows.DeleteSql].Set(1, key.project).Set(2, key.id).Execute() == 1, cancellationToken);

    public Task<bool> TryBeginRefreshAsync(StoredCredential credential, TimeSpan lease, CancellationToken cancellationToken) => writer.RunAsync(
        (credential, clock.Now, Until: clock.Now + lease),
        static (session, state) => session[BeginRefreshSql].Set(1, state.credential.Project).Set(2, state.credential.Number).Set(3, state.credential.Version)
            .Set(4, state.Now).Set(5, state.Until).Execute() == 1,
        cancellationToken);

    public Task EndRefreshAsync(StoredCredential credential, CancellationToken cancellationToken) => writer.RunAsync(
        credential,
        static (session, credential) => session[CredentialRows.EndRefreshSql].Set(1, credential.Project).Set(2, credential.Number).Set(3, credential.Version).Execute(),
        cancellationToken);
}

using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Workers, in the order of their numbers.</summary>
internal sealed class SqliteWorkerStore(SqliteWriter writer, SqliteReaders readers, OwnClock clock) : IWorkerStore
{
    private static readonly string FindByKeySql = WorkerRows.FindByKey("$2");
    private static readonly string GetSql = WorkerRows.Get("$2");
    private static readonly string ListSql = WorkerRows.List("$4");
    private static readonly string ListAllSql = WorkerRows.ListAll("$3");
    private static readonly string LeaseSql = WorkerRows.Lease("$5");
    private static readonly string RenewSql = WorkerRows.Renew("$4");

    public Task<Insertion> InsertAsync(StoredWorker worker, int most, CancellationToken cancellationToken) => writer.RunAsync(
        (worker, most),
        static (session, state) =>
        {
            var worker = state.worker;
            if (session[WorkerRows.FindSql].Set(1, worker.Project).Set(2, worker.Id).QueryNumber() is not null)
            {
                return Insertion.Taken;
            }

            if (session[WorkerRows.CountSql].Set(1, worker.Project).QueryNumber() >= state.most)
            {
                return Insertion.TooMany;
            }

            session[WorkerRows.InsertSql].Set(1, worker.Project).Set(2, worker.Id).Set(3, worker.Name).Set(4, worker.IsForAll).Set(5, worker.KeyHash).Set(6, worker.Created).Execute();
            return Insertion.Kept;
        },
        cancellationToken);

    public Task<StoredWorker?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken) => OneAsync(FindByKeySql, keyHash, cancellationToken);

    public Task<StoredWorker?> GetAsync(string id, CancellationToken cancellationToken) => OneAsync(GetSql, id, cancellationToken);

    public Task<IReadOnlyList<StoredWorker>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, after, limit, clock.Now),
        static IReadOnlyList<StoredWorker> (session, page) =>
            session[ListSql].Set(1, page.project).Set(2, page.after).Set(3, page.limit).Set(4, page.Now).ReadAll(static row => WorkerRows.Read(row)),
        cancellationToken);

    public Task<IReadOnlyList<StoredWorker>> ListAllAsync(long after, int limit, CancellationToken cancellationToken) => readers.ReadAsync(
        (after, limit, clock.Now),
        static IReadOnlyList<StoredWorker> (session, page) => session[ListAllSql].Set(1, page.after).Set(2, page.limit).Set(3, page.Now).ReadAll(static row => WorkerRows.Read(row)),
        cancellationToken);

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id), static (session, key) => session[WorkerRows.DeleteSql].Set(1, key.project).Set(2, key.id).Execute() == 1, cancellationToken);

    public Task ForgetAsync(string id, CancellationToken cancellationToken) =>
        writer.RunAsync(id, static (session, id) => session[WorkerRows.ForgetSql].Set(1, id).Execute(), cancellationToken);

    public Task<long?> LeaseAsync(string id, string holder, string directory, TimeSpan duration, CancellationToken cancellationToken) => writer.RunAsync(
        (id, holder, directory, duration, clock.Now),
        static (session, lease) => session[LeaseSql].Set(1, lease.id).Set(2, lease.holder).Set(3, lease.directory).Set(4, (long)lease.duration.TotalMilliseconds).Set(5, lease.Now).QueryNumber(),
        cancellationToken);

    public Task<bool> RenewAsync(string id, long epoch, TimeSpan duration, CancellationToken cancellationToken) => writer.RunAsync(
        (id, epoch, duration, clock.Now),
        static (session, lease) => session[RenewSql].Set(1, lease.id).Set(2, lease.epoch).Set(3, (long)lease.duration.TotalMilliseconds).Set(4, lease.Now).Execute() == 1,
        cancellationToken);

    public Task ReleaseAsync(string id, long epoch, CancellationToken cancellationToken) => writer.RunAsync(
        (id, epoch), static (session, lease) => session[WorkerRows.ReleaseSql].Set(1, lease.id).Set(2, lease.epoch).Execute(), cancellationToken);

    private Task<StoredWorker?> OneAsync(string sql, string key, CancellationToken cancellationToken) => readers.ReadAsync(
        (sql, key, clock.Now), static (session, one) => session[one.sql].Set(1, one.key).Set(2, one.Now).ReadFirst(static row => WorkerRows.Read(row)), cancellationToken);
}

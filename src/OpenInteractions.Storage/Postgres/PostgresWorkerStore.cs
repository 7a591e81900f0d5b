using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Workers, in the order of their numbers.</summary>
internal sealed class PostgresWorkerStore(PostgresDatabase database) : IWorkerStore
{
    private const string Now = "oi_now()";
    private static readonly RowQuery<string, StoredWorker> ByKey = new(WorkerRows.FindByKey(Now), static (command, key) => command.Text(key), static row => WorkerRows.Read(row));
    private static readonly RowQuery<string, StoredWorker> One = new(WorkerRows.Get(Now), static (command, id) => command.Text(id), static row => WorkerRows.Read(row));
    private static readonly string LeaseSql = WorkerRows.Lease(Now);

    public Task<Insertion> InsertAsync(StoredWorker worker, int most, CancellationToken cancellationToken) => database.InsertNamedAsync(
        ("workers", worker.Project, worker.Id, most),
        worker,
        static async (connection, worker, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(WorkerRows.InsertSql).Text(worker.Project).Text(worker.Id).Text(worker.Name).Long(worker.IsForAll ? 1 : 0).Text(worker.KeyHash).Time(worker.Created);
            await batch.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<StoredWorker?> FindByKeyAsync(string keyHash, CancellationToken cancellationToken) => database.ReadRowAsync(ByKey, keyHash, cancellationToken);

    public Task<StoredWorker?> GetAsync(string id, CancellationToken cancellationToken) => database.ReadRowAsync(One, id, cancellationToken);

    public async Task<IReadOnlyList<StoredWorker>> ListAsync(string project, long after, int limit, CancellationToken cancellationToken) => await database.ReadAllAsync(
        WorkerRows.List(Now), (project, after, limit), static (command, page) => command.Text(page.project).Long(page.after).Integer(page.limit), static row => WorkerRows.Read(row), cancellationToken);

    public async Task<IReadOnlyList<StoredWorker>> ListAllAsync(long after, int limit, CancellationToken cancellationToken) => await database.ReadAllAsync(
        WorkerRows.ListAll(Now), (after, limit), static (command, page) => command.Long(page.after).Integer(page.limit), static row => WorkerRows.Read(row), cancellationToken);

    public async Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) =>
        await database.ExecuteAsync(WorkerRows.DeleteSql, (project, id), static (command, key) => command.Text(key.project).Text(key.id), cancellationToken) == 1;

    public Task ForgetAsync(string id, CancellationToken cancellationToken) => database.ExecuteAsync(WorkerRows.ForgetSql, id, static (command, id) => command.Text(id), cancellationToken);

    public Task<long?> LeaseAsync(string id, string holder, string directory, TimeSpan duration, CancellationToken cancellationToken) => database.WriteAsync(
        (id, holder, directory, duration),
        static async Task<long?> (connection, lease, cancellationToken) =>
        {
            await using var batch = connection.CreateBatch();
            batch.Add(LeaseSql).Text(lease.id).Text(lease.holder).Text(lease.directory).Milliseconds(lease.duration);
            return await batch.ReadAllAsync(static row => row.GetInt64(0), cancellationToken) is [var epoch] ? epoch : null;
        },
        cancellationToken);

    public async Task<bool> RenewAsync(string id, long epoch, TimeSpan duration, CancellationToken cancellationToken) => await database.ExecuteAsync(
        WorkerRows.Renew(Now), (id, epoch, duration), static (command, lease) => command.Text(lease.id).Long(lease.epoch).Milliseconds(lease.duration), cancellationToken) == 1;

    public Task ReleaseAsync(string id, long epoch, CancellationToken cancellationToken) =>
        database.ExecuteAsync(WorkerRows.ReleaseSql, (id, epoch), static (command, lease) => command.Text(lease.id).Long(lease.epoch), cancellationToken);
}

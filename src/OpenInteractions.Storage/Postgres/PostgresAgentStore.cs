using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>Agents, in the order of their numbers, and their versions. Whoever changes or deletes one holds its row first.</summary>
internal sealed class PostgresAgentStore(PostgresDatabase database) : IAgentStore
{
    private static readonly RowQuery<(string Project, string Id), StoredAgent> One = new(
        AgentRows.GetSql, static (command, key) => command.Text(key.Project).Text(key.Id), static row => AgentRows.Read(row));

    private static readonly RowQuery<(StoredAgent Agent, long Version), StoredAgentVersion> OneVersion = new(
        AgentRows.GetVersionSql, static (command, key) => command.Text(key.Agent.Project).Long(key.Agent.Number).Long(key.Version), static row => AgentRows.ReadVersion(row));

    public Task<Insertion> InsertAsync(StoredAgent agent, int most, CancellationToken cancellationToken) => database.InsertNamedAsync(
        ("agents", agent.Project, agent.Id, most),
        agent,
        static async (connection, agent, cancellationToken) =>
        {
            await using var insert = connection.CreateBatch();
            insert.Add(AgentRows.InsertSql).Text(agent.Project).Text(agent.Id).Long(agent.Version).Time(agent.Created).Time(agent.Updated);
            var number = (long)(await insert.ExecuteScalarAsync(cancellationToken))!;
            await using var version = connection.CreateBatch();
            version.Add(AgentRows.InsertVersionSql).Long(number).Long(agent.Version).Time(agent.Updated).Blob(agent.Sealed);
            await version.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public Task<StoredAgent?> GetAsync(string project, string id, CancellationToken cancellationToken) => database.ReadRowAsync(One, (project, id), cancellationToken);

    public async Task<IReadOnlyList<StoredAgent>> ListAsync(string project, long after, int limit, long bytes, CancellationToken cancellationToken) => await database.ReadAllAsync(
        AgentRows.ListSql,
        (project, after, limit, bytes),
        static (command, page) => command.Text(page.project).Long(page.after).Integer(page.limit).Long(page.bytes),
        static row => AgentRows.Read(row),
        cancellationToken);

    public Task<bool> ChangeAsync(StoredAgent agent, int kept, CancellationToken cancellationToken) => database.WriteAsync(
        (agent, kept),
        static async (connection, state, cancellationToken) =>
        {
            var (agent, next) = (state.agent, state.agent.Version + 1);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var claim = connection.CreateBatch();
            claim.Add(AgentRows.NextVersionSql).Text(agent.Project).Long(agent.Number).Long(agent.Version).Time(agent.Updated);
            if (await claim.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }

            await using var batch = connection.CreateBatch();
            batch.Add(AgentRows.InsertVersionSql).Long(agent.Number).Long(next).Time(agent.Updated).Blob(agent.Sealed);
            batch.Add(AgentRows.ForgetSql).Long(agent.Number).Long(next - state.kept);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => database.WriteAsync(
        (project, id),
        static async (connection, key, cancellationToken) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var delete = connection.CreateBatch();
            delete.Add(AgentRows.DeleteSql).Text(key.project).Text(key.id);
            if (await delete.ExecuteScalarAsync(cancellationToken) is not long number)
            {
                return false;
            }

            await using var versions = connection.CreateBatch();
            versions.Add(AgentRows.DeleteVersionsSql).Long(number);
            await versions.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<StoredAgentVersion?> GetVersionAsync(StoredAgent agent, long version, CancellationToken cancellationToken) =>
        database.ReadRowAsync(OneVersion, (agent, version), cancellationToken);

    public async Task<IReadOnlyList<StoredAgentVersion>> ListVersionsAsync(StoredAgent agent, long? before, int limit, long bytes, CancellationToken cancellationToken) => await database.ReadAllAsync(
        AgentRows.ListVersionsSql,
        (agent, before, limit, bytes),
        static (command, page) => command.Text(page.agent.Project).Long(page.agent.Number).Long(page.before ?? long.MaxValue).Integer(page.limit).Long(page.bytes),
        static row => AgentRows.ReadVersion(row),
        cancellationToken);
}

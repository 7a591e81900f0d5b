using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Sqlite;

/// <summary>Agents, in the order of their numbers, and their versions.</summary>
internal sealed class SqliteAgentStore(SqliteWriter writer, SqliteReaders readers) : IAgentStore
{
    public Task<Insertion> InsertAsync(StoredAgent agent, int most, CancellationToken cancellationToken) => writer.RunAsync(
        (agent, most),
        static (session, state) =>
        {
            var agent = state.agent;
            if (session[AgentRows.FindSql].Set(1, agent.Project).Set(2, agent.Id).QueryNumber() is not null)
            {
                return Insertion.Taken;
            }

            if (session[AgentRows.CountSql].Set(1, agent.Project).QueryNumber() >= state.most)
            {
                return Insertion.TooMany;
            }

            var number = session[AgentRows.InsertSql].Set(1, agent.Project).Set(2, agent.Id).Set(3, agent.Version).Set(4, agent.Created).Set(5, agent.Updated).QueryNumber()!.Value;
            session[AgentRows.InsertVersionSql].Set(1, number).Set(2, agent.Version).Set(3, agent.Updated).SetBlob(4, agent.Sealed).Execute();
            return Insertion.Kept;
        },
        cancellationToken);

    public Task<StoredAgent?> GetAsync(string project, string id, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, id), static (session, key) => session[AgentRows.GetSql].Set(1, key.project).Set(2, key.id).ReadFirst(static row => AgentRows.Read(row)), cancellationToken);

    public Task<IReadOnlyList<StoredAgent>> ListAsync(string project, long after, int limit, long bytes, CancellationToken cancellationToken) => readers.ReadAsync(
        (project, after, limit, bytes),
        static IReadOnlyList<StoredAgent> (session, page) =>
            session[AgentRows.ListSql].Set(1, page.project).Set(2, page.after).Set(3, page.limit).Set(4, page.bytes).ReadAll(static row => AgentRows.Read(row)),
        cancellationToken);

    public Task<bool> ChangeAsync(StoredAgent agent, int kept, CancellationToken cancellationToken) => writer.RunAsync(
        (agent, kept),
        static (session, state) =>
        {
            var (agent, next) = (state.agent, state.agent.Version + 1);
            if (session[AgentRows.NextVersionSql].Set(1, agent.Project).Set(2, agent.Number).Set(3, agent.Version).Set(4, agent.Updated).Execute() == 0)
            {
                return false;
            }

            session[AgentRows.InsertVersionSql].Set(1, agent.Number).Set(2, next).Set(3, agent.Updated).SetBlob(4, agent.Sealed).Execute();
            session[AgentRows.ForgetSql].Set(1, agent.Number).Set(2, next - state.kept).Execute();
            return true;
        },
        cancellationToken);

    public Task<bool> DeleteAsync(string project, string id, CancellationToken cancellationToken) => writer.RunAsync(
        (project, id),
        static (session, key) =>
        {
            if (session[AgentRows.DeleteSql].Set(1, key.project).Set(2, key.id).QueryNumber() is not { } number)
            {
                return false;
            }

            session[AgentRows.DeleteVersionsSql].Set(1, number).Execute();
            return true;
        },
        cancellationToken);

    public Task<StoredAgentVersion?> GetVersionAsync(StoredAgent agent, long version, CancellationToken cancellationToken) => readers.ReadAsync(
        (agent, version),
        static (session, key) => session[AgentRows.GetVersionSql].Set(1, key.agent.Project).Set(2, key.agent.Number).Set(3, key.version).ReadFirst(static row => AgentRows.ReadVersion(row)),
        cancellationToken);

    public Task<IReadOnlyList<StoredAgentVersion>> ListVersionsAsync(StoredAgent agent, long? before, int limit, long bytes, CancellationToken cancellationToken) => readers.ReadAsync(
        (agent, before, limit, bytes),
        static IReadOnlyList<StoredAgentVersion> (session, page) => session[AgentRows.ListVersionsSql].Set(1, page.agent.Project).Set(2, page.agent.Number)
            .Set(3, page.before ?? long.MaxValue).Set(4, page.limit).Set(5, page.bytes).ReadAll(static row => AgentRows.ReadVersion(row)),
        cancellationToken);
}

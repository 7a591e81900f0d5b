using Npgsql;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Reads of interactions by their ids. One alone is read on the caller's thread (<see cref="PostgresLane"/>); those that come while others are under way wait for
/// them and are then asked for in one statement, which costs the database and this process little more than one of them.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="columns">Columns of an interaction <c>i</c>.</param>
/// <param name="read">Makes something of them.</param>
internal sealed class InteractionReads<TResult>(PostgresDatabase database, string columns, Func<PostgresRows, TResult> read)
    where TResult : class
{
    /// <summary>A row may be large, and those of one statement come one behind the other.</summary>
    private const int MostTogether = 16;

    /// <summary>A database far away answers many at a time; one beside us on the same processors has the most of it when they come together.</summary>
    private const int MostAtOnce = 2;

    private readonly Lock _gate = new();
    private readonly Queue<Asked> _waiting = new();
    private readonly RowQuery<(string Project, string Id), TResult> _one = new(
        $"SELECT {columns} FROM interactions i WHERE i.id = $2 AND i.project = $1", static (command, key) => command.Text(key.Project).Text(key.Id), read);

    private readonly string _manySql =
        $"SELECT {columns}, k.n FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k (project, id, n) JOIN interactions i ON i.id = k.id AND i.project = k.project";

    private int _underWay;

    /// <summary>Reads one; null when it is not there.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<TResult?> ReadAsync(string project, string id, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TResult?>(cancellationToken);
        }

        if (database.TryReadRow(_one, (project, id)) is { } row)
        {
            return row;
        }

        var asked = new Asked(project, id);
        if (IsNext(asked))
        {
            _ = WorkAsync([asked]);
        }

        return cancellationToken.CanBeCanceled ? asked.Task.WaitAsync(cancellationToken) : asked.Task;
    }

    /// <returns>False when it waits: who is under way asks for it.</returns>
    private bool IsNext(Asked asked)
    {
        lock (_gate)
        {
            if (_underWay == MostAtOnce)
            {
                _waiting.Enqueue(asked);
                return false;
            }

            _underWay++;
            return true;
        }
    }

    private async Task WorkAsync(List<Asked> group)
    {
        while (group.Count > 0)
        {
            await AnswerAsync(group);
            group = Next();
        }
    }

    private List<Asked> Next()
    {
        lock (_gate)
        {
            var group = new List<Asked>(Math.Min(_waiting.Count, MostTogether));
            while (group.Count < MostTogether && _waiting.TryDequeue(out var asked))
            {
                group.Add(asked);
            }

            _underWay -= group.Count == 0 ? 1 : 0;
            return group;
        }
    }

    private async Task AnswerAsync(List<Asked> group)
    {
        try
        {
            var found = await database.ReadAsync((Reads: this, Group: group), static (connection, state, gone) => state.Reads.ReadAsync(connection, state.Group, gone), CancellationToken.None);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].TrySetResult(found[i]);
            }
        }
        catch (Exception exception) when (group.Count > 1 && exception is not StoreUnavailableException)
        {
            // A row that nobody can read is the fault of who asked for it.
            foreach (var asked in group)
            {
                await AnswerAsync([asked]);
            }
        }
        catch (Exception exception)
        {
            group.ForEach(asked => asked.TrySetException(exception));
        }
    }

    private async Task<TResult?[]> ReadAsync(NpgsqlConnection connection, List<Asked> group, CancellationToken cancellationToken)
    {
        var found = new TResult?[group.Count];
        await using var batch = group is [var only] ? _one.On(connection, (only.Project, only.Id)) : connection.CreateBatch();
        if (group.Count > 1)
        {
            batch.Add(_manySql).Texts(group, a => a.Project).Texts(group, a => a.Id);
        }

        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found[group.Count == 1 ? 0 : (int)rows.GetInt64(rows.FieldCount - 1) - 1] = read(new PostgresRows(rows));
        }

        return found;
    }

    private sealed class Asked(string project, string id) : TaskCompletionSource<TResult?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Project => project;

        public string Id => id;
    }
}

using Npgsql;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Storage.Copying;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The connections of this node: opens them, runs verbs on them, and says in the engine's words what went wrong.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // Plans for any parameters: planning a statement anew for each call costs more than the statement. No compiling: no statement is long enough. And whoever stands
    // still in the middle of a transaction, stopped or cut off, is rolled back: others wait for what he has locked, and their leases last for less long than a
    // connection whose other end is gone.
    private const string SessionSql =
        $"SET plan_cache_mode = force_generic_plan; SET jit = off; SET idle_in_transaction_session_timeout = '5s'; {PostgresUse.ShareSql}";

    // One that gave way to another finds the way free; that it loses again and again is not to be expected.
    private const int MaxTries = 5;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresLane _lane;
    private readonly StorageInstruments _instruments;

    private PostgresDatabase(NpgsqlDataSource source, PostgresLane lane, StorageInstruments instruments)
    {
        (_source, _lane, _instruments) = (source, lane, instruments);
    }

    /// <summary>Connects and migrates.</summary>
    /// <exception cref="StoreUnavailableException">The text says what to do, for the operator.</exception>
    public static PostgresDatabase Open(
        PostgresOptions options, IReadOnlyList<Migration> migrations, StorageInstruments instruments, out PostgresServer server)
    {
        var connectionString = PostgresConnectionString.Complete(options);
        var name = PostgresConnectionString.Describe(connectionString);
        connectionString.MaxPoolSize--; // the lane has the last one
        var source = Build(connectionString);
        try
        {
            using var connection = source.OpenConnection();
            server = PostgresServer.Read(connection, name);
            UnfinishedCopy.Refuse(connection, name);
            PostgresMigrations.Apply(connection, migrations, name);
            connectionString.MaxPoolSize = 1;
            return new PostgresDatabase(source, new PostgresLane(Build(connectionString)), instruments);
        }
        catch (Exception exception)
        {
            source.Dispose();
            if (PostgresErrors.Translate(exception) is StoreUnavailableException || exception is PostgresException)
            {
                throw exception as StoreUnavailableException
                    ?? new StoreUnavailableException($"The database {name} cannot be opened: {exception.GetBaseException().Message}", exception);
            }

            throw;
        }
    }

    /// <summary>Reads one row on the caller's thread; the row is null when there is none. Null when the lane is taken: nothing was read.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="state">Passed to the query, so that it needs no closure.</param>
    public Task<TResult?>? TryReadRow<TState, TResult>(RowQuery<TState, TResult> query, TState state)
        where TResult : class
    {
        try
        {
            return _lane.TryRead(query, state, out var row) ? Task.FromResult(row) : null;
        }
        catch (Exception exception)
        {
            return Task.FromException<TResult?>(PostgresErrors.Translate(exception));
        }
    }

    /// <summary>One row, on the caller's thread while nobody else reads there; null when there is none.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="state">Passed to the query, so that it needs no closure.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public Task<TResult?> ReadRowAsync<TState, TResult>(RowQuery<TState, TResult> query, TState state, CancellationToken cancellationToken)
        where TResult : class => TryReadRow(query, state) ?? ReadAsync(
        (Query: query, State: state),
        static async (connection, read, cancellationToken) =>
        {
            await using var batch = read.Query.On(connection, read.State);
            await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
            return await rows.ReadAsync(cancellationToken) ? read.Query.Read(new PostgresRows(rows)) : null;
        },
        cancellationToken);

    /// <summary>Reads, or makes a change that may be made twice. After a broken connection it is tried once more on a new one.</summary>
    /// <param name="state">Passed to the query, so that it needs no closure.</param>
    /// <param name="query">What to do on a connection.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<TResult> ReadAsync<TState, TResult>(
        TState state, Func<NpgsqlConnection, TState, CancellationToken, Task<TResult>> query, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                return await OnceAsync(state, query, cancellationToken);
            }
            catch (Exception exception) when (PostgresErrors.IsBrokenConnection(exception))
            {
                return await OnceAsync(state, query, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw PostgresErrors.Translate(exception);
        }
    }

    /// <summary>
    /// Makes a change. The task ends when it is durable. A change whose answer was lost is not made again: whether it was made is not known.
    /// </summary>
    /// <param name="state">Passed to the change, so that it needs no closure.</param>
    /// <param name="change">What to do on a connection; on the way out of it everything is committed or nothing.</param>
    /// <param name="cancellationToken">Ends the waiting, not the change.</param>
    public Task<TResult> WriteAsync<TState, TResult>(
        TState state, Func<NpgsqlConnection, TState, CancellationToken, Task<TResult>> change, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<TResult>(cancellationToken);
        }

        var written = CommitAsync(state, 1, change);
        return cancellationToken.CanBeCanceled ? written.WaitAsync(cancellationToken) : written;
    }

    /// <summary>Makes several changes in one commit, as <see cref="WriteAsync"/> makes one.</summary>
    public Task<TResult> WriteGroupAsync<TChange, TResult>(
        IReadOnlyList<TChange> changes, Func<NpgsqlConnection, IReadOnlyList<TChange>, CancellationToken, Task<TResult>> change) =>
        CommitAsync(changes, changes.Count, change);

    /// <summary>A connection for the start, where nothing else goes on.</summary>
    public NpgsqlConnection Connect() => _source.OpenConnection();

    /// <summary>A connection to keep. It fails in the driver's words.</summary>
    public ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _lane.DisposeAsync();
        await _source.DisposeAsync();
    }

    private async Task<TResult> CommitAsync<TState, TResult>(
        TState state, int changes, Func<NpgsqlConnection, TState, CancellationToken, Task<TResult>> change)
    {
        var started = _instruments.Start();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var result = await OnceAsync(state, change, CancellationToken.None);
                _instruments.OnCommitted(started, changes);
                return result;
            }
            catch (Exception exception) when (attempt < MaxTries && PostgresErrors.GaveWay(exception))
            {
                // Rolled back, and known to be.
            }
            catch (Exception exception)
            {
                var translated = PostgresErrors.Translate(exception);
                if (translated is StoreUnavailableException)
                {
                    _instruments.OnUnavailable();
                }

                throw translated;
            }
        }
    }

    private async Task<TResult> OnceAsync<TState, TResult>(
        TState state, Func<NpgsqlConnection, TState, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken);
        return await work(connection, state, cancellationToken);
    }

    private static NpgsqlDataSource Build(NpgsqlConnectionStringBuilder connectionString)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(connectionString.ConnectionString);
        builder.EnableArrays();
        builder.EnableTransportSecurity();
        builder.UsePhysicalConnectionInitializer(
            static connection =>
            {
                using var command = new NpgsqlCommand(SessionSql, connection);
                PostgresUse.RequireShared(command.ExecuteScalar());
            },
            static async connection =>
            {
                await using var command = new NpgsqlCommand(SessionSql, connection);
                PostgresUse.RequireShared(await command.ExecuteScalarAsync());
            });

        // Of several hosts, the one that takes writes: after a failover that is another.
        return connectionString.Host!.Contains(',', StringComparison.Ordinal)
            ? builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary)
            : builder.Build();
    }
}

using Microsoft.Extensions.Logging;
using Npgsql;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Storage.Postgres;

/// <summary>
/// Calls between nodes through <c>LISTEN</c> and <c>NOTIFY</c>. One connection of the node listens, and opens again by itself. What is to be called is
/// gathered while the last call is under way and goes out as one transaction of its own, which writes nothing: <c>NOTIFY</c> holds a lock of the whole server until
/// its commit is over, and no other commit of this node, with its wait for the disk, is made under it.
/// </summary>
internal sealed partial class PostgresSignals(PostgresDatabase database, ILogger logger) : INodeSignals, IAsyncDisposable
{
    // Of the database: where several schemas hold stores of their own, their nodes hear each other's calls and find nothing.
    private const string ListenSql = "LISTEN openinteractions";

    private const string NotifySql = "SELECT pg_notify('openinteractions', payload) FROM unnest($1::text[]) AS g (payload)";

    // A broken connection may look like a silent one.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // At most so often is the server's lock taken by this node.
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(2);

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _closing = new();
    private readonly SignalOutbox _outbox = new();
    private Task _listening = Task.CompletedTask;
    private Task _sending = Task.CompletedTask;
    private Task? _closed;
    private volatile bool _isListening;

    public bool IsListening => _isListening;

    public void Send(NodeSignal signal) => _outbox.Add(signal);

    public void Listen(Action<NodeSignal> heard)
    {
        _sending = Task.Run(SendAsync);
        _listening = Task.Run(() => ListenAsync(heard));
    }

    /// <summary>May be called twice: the store closes it, and so does the container that hands it out.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_outbox)
        {
            return new ValueTask(_closed ??= CloseAsync());
        }
    }

    private async Task CloseAsync()
    {
        // What was handed over on the way out is called out still.
        _outbox.Complete();
        await Task.WhenAny(_sending, Task.Delay(LastWords));
        await _closing.CancelAsync();
        await Task.WhenAll(_sending, _listening);
        _closing.Dispose();
    }

    private async Task ListenAsync(Action<NodeSignal> heard)
    {
        for (var pause = FirstPause; !_closing.IsCancellationRequested; pause = pause < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await using var connection = await database.ConnectAsync(_closing.Token);
                connection.Notification += (_, call) => Hear(call.Payload, heard);
                await ExecuteAsync(connection, ListenSql);
                _isListening = true;
                LogListening(logger);
                pause = FirstPause;
                heard(new NodeSignal(NodeSignalKind.Missed));
                await StayAsync(connection);
            }
            catch (Exception exception) when (!_closing.IsCancellationRequested)
            {
                if (pause == FirstPause)
                {
                    LogDeaf(logger, exception); // once, and not at each try
                }

                _isListening = false;
            }
            catch (Exception) when (_closing.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StayAsync(NpgsqlConnection connection)
    {
        while (true)
        {
            if (!await connection.WaitAsync(Silence, _closing.Token))
            {
                await ExecuteAsync(connection, "SELECT 1");
            }
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Silence.TotalSeconds };
        await command.ExecuteNonQueryAsync(_closing.Token);
    }

    private void Hear(string payload, Action<NodeSignal> heard)
    {
        foreach (var signal in _outbox.Read(payload))
        {
            heard(signal);
        }
    }

    private async Task SendAsync()
    {
        while (await _outbox.TakeAsync() is { } payloads)
        {
            try
            {
                await database.ReadAsync(
                    payloads,
                    static async (connection, payloads, cancellationToken) =>
                    {
                        await using var batch = connection.CreateBatch();
                        batch.Add(NotifySql).Texts(payloads, p => p);
                        return await batch.ExecuteNonQueryAsync(cancellationToken);
                    },
                    _closing.Token);
            }
            catch (Exception exception)
            {
                // Whom it concerned finds it by looking. Whatever it was, such as a queue of notifications that is full, the next call may go through.
                LogNotCalled(logger, exception);
            }

            await Task.Delay(Gap, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Listening to the other nodes")]
    private static partial void LogListening(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The other nodes are not heard until the database can be reached again; this node looks at it now and then meanwhile")]
    private static partial void LogDeaf(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A call to the other nodes was lost")]
    private static partial void LogNotCalled(ILogger logger, Exception exception);
}

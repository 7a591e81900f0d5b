using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>The server's end of the lines of workers: lets each be a host while its lease is renewed, and forgets it with its line.</summary>
internal sealed partial class WorkerGate(HostEnvironments environments, EnvironmentKeeper keeper, LeaseWorker leases, IWorkerStore store, IOptions<WorkerOptions> options, ILogger<WorkerGate> logger) : IWorkerGate
{
    private static readonly TimeSpan HelloPatience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, Served> _served = new(StringComparer.Ordinal);

    public async Task ServeAsync(StoredWorker worker, long epoch, WebSocket socket, CancellationToken cancellationToken)
    {
        using var line = new Line(socket);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, keeper.Closing);
        var served = new Served(epoch, ending);
        try
        {
            if (!await TakePlaceAsync(worker.Id, served))
            {
                await line.CloseAsync(Line.LeaseLost, "A newer line serves this worker.");
                return;
            }

            await ServeAsync(worker, epoch, line, ending.Token);
        }
        catch (IOException exception)
        {
            LogCut(worker.Id, exception.Message);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await line.CloseAsync(WebSocketCloseStatus.EndpointUnavailable, "The server ends, or another line serves this worker.");
        }
        finally
        {
            _served.TryRemove(KeyValuePair.Create(worker.Id, served));
            served.Over.TrySetResult();
        }
    }

    public bool Awaits(string worker, string stream) => _served.TryGetValue(worker, out var served) && served.Engine?.Awaits(stream) == true;

    public async Task CarryAsync(string worker, string stream, WebSocket socket, CancellationToken cancellationToken)
    {
        if (_served.TryGetValue(worker, out var served) && served.Engine is { } engine)
        {
            await engine.CarryAsync(stream, socket).WaitAsync(cancellationToken);
        }
    }

    // The line before may not have noticed yet that it is cut. What it had is ended before the new one begins.
    private async Task<bool> TakePlaceAsync(string worker, Served served)
    {
        while (!_served.TryAdd(worker, served))
        {
            if (_served.TryGetValue(worker, out var before))
            {
                if (before.Epoch >= served.Epoch)
                {
                    return false;
                }

                await before.EndAsync();
            }
        }

        return true;
    }

    private async Task ServeAsync(StoredWorker worker, long epoch, Line line, CancellationToken cancellationToken)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silent.CancelAfter(HelloPatience);
        if (await HearAsync(line, silent.Token, cancellationToken) is not { Kind: LineMessage.Hello } hello)
        {
            throw new IOException("It does not say hello.");
        }

        var engine = new LineEngine(line, hello);
        _served[worker.Id].Engine = engine;
        await environments.ConnectAsync(worker, engine);
        LogConnected(worker.Id, engine.Name, epoch);
        var beating = Task.CompletedTask;
        Task? leaving = null;
        try
        {
            await line.SendAsync(new LineMessage { Kind = LineMessage.Hello }, cancellationToken);
            silent.CancelAfter(options.Value.LeaseTime);
            while (await HearAsync(line, silent.Token, cancellationToken) is { } message)
            {
                engine.OnMessage(message);
                if (message.Kind == LineMessage.Beat && beating.IsCompleted)
                {
                    beating = RenewAsync(message.Number); // meanwhile its replies are heard
                }
                else if (message.Kind == LineMessage.Bye)
                {
                    leaving ??= LetGoAsync(worker.Id, epoch, line, cancellationToken); // meanwhile its replies are heard
                }
            }
        }
        finally
        {
            environments.Disconnect(worker.Id, engine);
            engine.Fail();
            LogDisconnected(worker.Id, epoch);
            await Task.WhenAll(beating, leaving ?? Task.CompletedTask);
        }

        async Task RenewAsync(long beat)
        {
            try
            {
                if (await leases.RenewAsync(worker.Id, epoch, cancellationToken))
                {
                    silent.CancelAfter(options.Value.LeaseTime);
                    await line.SendAsync(new LineMessage { Kind = LineMessage.Beat, Number = beat }, cancellationToken);
                    return;
                }

                LogLost(worker.Id, epoch);
                environments.Disconnect(worker.Id, engine); // before anything else is asked of it
                engine.Fail();
                await line.CloseAsync(Line.LeaseLost, "The lease is lost: somebody else serves this worker, or it was deleted.");
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The line is cut, which who hears sees too.
            }
            catch (StoreUnavailableException exception)
            {
                LogNotRenewed(exception, worker.Id, epoch); // no answer: should the store be away for long, both sides end by themselves
            }
        }
    }

    // What lives is stopped as it should be, so that its disks are known to be whole; then somebody else may serve them at once.
    private async Task LetGoAsync(string worker, long epoch, Line line, CancellationToken cancellationToken)
    {
        try
        {
            await environments.StopOfAsync(worker);
            await store.ReleaseAsync(worker, epoch, cancellationToken);
            await line.SendAsync(new LineMessage { Kind = LineMessage.Bye }, cancellationToken);
        }
        catch (Exception exception)
        {
            LogNotLetGo(exception, worker); // it goes all the same, and its lease ends by itself
        }
    }

    private static async Task<LineMessage?> HearAsync(Line line, CancellationToken silent, CancellationToken cancellationToken)
    {
        try
        {
            return await line.ReceiveAsync(silent);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("It is not heard any more.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The worker {Worker} is connected: {Engine}, lease {Epoch}")]
    private partial void LogConnected(string worker, string engine, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker {Worker} is not connected any more, lease {Epoch}")]
    private partial void LogDisconnected(string worker, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker {Worker} has lost its lease {Epoch}")]
    private partial void LogLost(string worker, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease {Epoch} of the worker {Worker} could not be renewed; its next heartbeat tries again")]
    private partial void LogNotRenewed(Exception exception, string worker, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "The line to the worker {Worker} has ended: {Why}")]
    private partial void LogCut(string worker, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The worker {Worker} could not be let go as it should be")]
    private partial void LogNotLetGo(Exception exception, string worker);

    private sealed class Served(long epoch, CancellationTokenSource ending)
    {
        public long Epoch => epoch;

        public LineEngine? Engine { get; set; }

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task EndAsync()
        {
            try
            {
                await ending.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ends just now.
            }

            await Over.Task;
        }
    }
}

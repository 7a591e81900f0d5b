using System.Collections.Concurrent;
using System.Net.WebSockets;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>
/// One connection of a worker with its server: does what it is asked, and lives as long as it is heard. With its end everything that runs is ended: nobody could be told of it, and somebody else may be about to serve
/// these disks.
/// </summary>
internal sealed class WorkerSession(BubblewrapEngine engine, WorkerSettings settings, Line line, Func<string, CancellationToken, Task<WebSocket>> open, TimeSpan lease, Action serving) : IAsyncDisposable
{
    private const int MaxOrders = 64;
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StreamPatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<long, (CancellationTokenSource Cancel, Task Work)> _orders = new();
    private readonly ConcurrentDictionary<string, CarriedSandbox> _sandboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<long, long> _beats = new();
    private readonly CancellationTokenSource _over = new();
    private int _starting;

    // Two thirds: the last third is for ending what runs, before somebody else may have the lease.
    private TimeSpan Silence => lease * 2 / 3;

    /// <summary>Serves until the line is cut, the server lets it go, or it is to leave.</summary>
    /// <param name="leaving">It is to leave.</param>
    /// <returns>Why it has ended; null when it was let go.</returns>
    public async Task<string?> RunAsync(CancellationToken leaving)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        silent.CancelAfter(Silence);
        await using var bye = leaving.Register(() => _ = LeaveAsync());
        var beating = BeatAsync(silent.Token);
        try
        {
            await line.SendAsync(Hello(), silent.Token);
            while (await line.ReceiveAsync(silent.Token) is { } message)
            {
                switch (message.Kind)
                {
                    case LineMessage.Hello:
                        serving();
                        break;
                    case LineMessage.Beat when _beats.TryRemove(message.Number, out var sent):
                        var left = Silence - TimeProvider.System.GetElapsedTime(sent); // from when it was said: the answer may have been long on its way
                        silent.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                        break;
                    case LineMessage.Order:
                        Begin(message);
                        break;
                    case LineMessage.Cancel when _orders.TryGetValue(message.Number, out var order):
                        await order.Cancel.CancelAsync();
                        break;
                    case LineMessage.Bye:
                        return null;
                }
            }

            return line.Reason ?? "The server has closed the line.";
        }
        catch (OperationCanceledException)
        {
            return leaving.IsCancellationRequested ? null : $"The server was not heard for {Silence.TotalSeconds:0.#} seconds.";
        }
        catch (IOException exception)
        {
            return exception.Message;
        }
        finally
        {
            await _over.CancelAsync();
            await beating;
        }
    }

    /// <summary>Ends everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        line.Abort();
        foreach (var (cancel, _) in _orders.Values)
        {
            await cancel.CancelAsync();
        }

        await Task.WhenAll(_sandboxes.Values.Select(s => s.DisposeAsync().AsTask()));
        await Task.WhenAll(_orders.Values.Select(o => o.Work));
        await Task.WhenAll(_sandboxes.Values.Select(s => s.DisposeAsync().AsTask())); // one that an order had just started
        _over.Dispose();
    }

    private LineMessage Hello() => new()
    {
        Kind = LineMessage.Hello,
        Engine = engine.Name,
        Disks = engine.Disks().ToDictionary(d => d, d => engine.GenerationOf(d) ?? 0),
        Used = engine.UsedPercent(),
    };

    private async Task BeatAsync(CancellationToken silent)
    {
        using var timer = new PeriodicTimer(lease / 6);
        try
        {
            for (var number = 1L; await timer.WaitForNextTickAsync(silent); number++)
            {
                _beats[number] = TimeProvider.System.GetTimestamp();
                await line.SendAsync(new LineMessage { Kind = LineMessage.Beat, Number = number, Used = engine.UsedPercent() }, silent);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The line is cut, or about to be: who hears sees it too.
        }
    }

    private async Task LeaveAsync()
    {
        try
        {
            _over.CancelAfter(LeavePatience);
            await line.SendAsync(new LineMessage { Kind = LineMessage.Bye }, _over.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It goes without a word.
        }
    }

    private void Begin(LineMessage order)
    {
        if (_orders.Count >= MaxOrders)
        {
            throw new IOException($"The server asks for more than {MaxOrders} things at a time.");
        }

        var cancel = CancellationTokenSource.CreateLinkedTokenSource(_over.Token);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders[order.Number] = (cancel, DoAsync(order, cancel, begin.Task));
        begin.SetResult(); // kept before it can end
    }

    private async Task DoAsync(LineMessage order, CancellationTokenSource cancel, Task begin)
    {
        await begin;
        var reply = new LineMessage { Kind = LineMessage.Reply, Number = order.Number };
        try
        {
            reply = await DoAsync(order, reply, cancel.Token);
        }
        catch (SandboxException exception)
        {
            reply = reply with { Fault = new LineFault(exception.Kind, exception.Message, exception.Errno) };
        }
        catch (OperationCanceledException)
        {
            reply = reply with { Fault = new LineFault(SandboxErrorKind.Ended, "It was cancelled.", 0) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or WebSocketException)
        {
            reply = reply with { Fault = new LineFault(SandboxErrorKind.Refused, exception.Message, exception is IOException ? exception.HResult & 0xFFFF : 0) };
        }
        catch (Exception exception)
        {
            settings.Log($"'{order.What}' failed: {exception}");
            reply = reply with { Fault = new LineFault(SandboxErrorKind.Refused, "The worker failed; its log has the reason.", 0) };
        }

        try
        {
            await line.SendAsync(reply, _over.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody hears it.
        }
        finally
        {
            _orders.TryRemove(order.Number, out _);
            cancel.Dispose();
        }
    }

    private async Task<LineMessage> DoAsync(LineMessage order, LineMessage reply, CancellationToken cancellationToken)
    {
        switch (order.What)
        {
            case nameof(ISandboxEngine.PreflightAsync):
                return reply with { Report = await engine.PreflightAsync(cancellationToken) };
            case nameof(ISandboxEngine.CreateDiskAsync):
                await engine.CreateDiskAsync(order.Disk ?? "", order.Slot, order.Value ?? 0, cancellationToken);
                return reply;
            case nameof(ISandboxEngine.ForkDiskAsync):
                await engine.ForkDiskAsync(order.Source ?? "", order.Disk ?? "", order.Slot, cancellationToken);
                return reply;
            case nameof(ISandboxEngine.SnapshotDiskAsync):
                return reply with { Value = await engine.SnapshotDiskAsync(order.Source ?? "", order.Disk ?? "", order.Value ?? 0, cancellationToken) };
            case nameof(ISandboxEngine.DeleteDiskAsync):
                return reply with { Value = await engine.DeleteDiskAsync(order.Disk ?? "", cancellationToken) ? 1 : 0 };
            case nameof(ISandboxEngine.SetGenerationAsync):
                await engine.SetGenerationAsync(order.Disk ?? "", order.Value ?? 0, cancellationToken);
                return reply;
            case nameof(ISandboxEngine.ExportDiskAsync):
                await ExportAsync(order, cancellationToken);
                return reply;
            case nameof(ISandboxEngine.ImportDiskAsync):
                await ImportAsync(order, cancellationToken);
                return reply;
            case nameof(ISandboxEngine.StartAsync) when order.Start is { } start:
                await StartAsync(order, start, cancellationToken);
                return reply;
            default:
                throw new SandboxException(SandboxErrorKind.Invalid, "The worker does not know what it is asked for.");
        }
    }

    private async Task ExportAsync(LineMessage order, CancellationToken cancellationToken)
    {
        using var socket = await open(order.Stream ?? "", cancellationToken);
        await using var output = new LineOutput(socket);
        try
        {
            await engine.ExportDiskAsync(order.Disk ?? "", output, cancellationToken);
        }
        catch
        {
            socket.Abort(); // or its end would be taken for the image's
            throw;
        }

        await output.DisposeAsync();
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(StreamPatience);
        await HeardAsync(socket, late.Token);
    }

    // What was sent last may still be on its way: the server closes when it has all of it.
    private static async Task HeardAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        try
        {
            await ByteLine.ReceiveAllAsync(socket, _ => default, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It does not close. Whether it had all, it knows.
        }
    }

    private async Task ImportAsync(LineMessage order, CancellationToken cancellationToken)
    {
        using var socket = await open(order.Stream ?? "", cancellationToken);
        var (input, reading) = ByteLine.AsInput(socket, cancellationToken);
        try
        {
            await engine.ImportDiskAsync(order.Disk ?? "", order.Slot, input, cancellationToken);
        }
        finally
        {
            await input.DisposeAsync();
            socket.Abort();
            await reading;
        }
    }

    private async Task StartAsync(LineMessage order, LineStart start, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _starting) + _sandboxes.Count > settings.MaxSandboxes)
            {
                throw new SandboxException(SandboxErrorKind.Conflict, $"The worker runs {settings.MaxSandboxes} sandboxes at a time at most.");
            }

            var name = order.Stream ?? "";
            var socket = await open(name, cancellationToken);
            CarriedSandbox sandbox;
            try
            {
                var spec = new SandboxSpec { Id = start.Id, Disk = order.Disk ?? "", Slot = order.Slot, Limits = start.Limits, Network = start.HasNetwork ? new CarriedNetwork(start.Authority) : null };
                sandbox = new CarriedSandbox(await engine.LaunchInitAsync(spec, cancellationToken), socket);
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            _sandboxes[name] = sandbox;
            _ = TellAsync(name, sandbox);
        }
        finally
        {
            Interlocked.Decrement(ref _starting);
        }
    }

    private async Task TellAsync(string name, CarriedSandbox sandbox)
    {
        var end = await sandbox.Ended;
        try
        {
            await line.SendAsync(new LineMessage { Kind = LineMessage.Ended, Stream = name, End = end }, _over.Token);
            await sandbox.Over.WaitAsync(StreamPatience, _over.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or TimeoutException or ObjectDisposedException)
        {
            // Nobody hears it, or nobody closes: it is over all the same.
        }

        await sandbox.DisposeAsync();
        _sandboxes.TryRemove(name, out _);
    }
}

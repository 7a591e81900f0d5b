using System.Collections.Concurrent;
using System.Net.WebSockets;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>The engine of a worker, as its server sees it: orders over a line, and a stream for each sandbox and image. It lives as long as the line does.</summary>
internal sealed class LineEngine : ISandboxEngine
{
    private const int MaxOrders = 32;
    private const string StreamPrefix = "str_";
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(5);

    private readonly Line _line;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<LineMessage>> _orders = new();
    private readonly ConcurrentDictionary<string, LineStream> _streams = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _disks;
    private long _last;
    private int _used;

    public LineEngine(Line line, LineMessage hello)
    {
        (_line, Name, _used) = (line, $"worker ({Errors(hello.Engine ?? "")})", hello.Used);
        _disks = new ConcurrentDictionary<string, long>((hello.Disks ?? new Dictionary<string, long>()).Where(d => SandboxNames.IsName(d.Key)), StringComparer.Ordinal);
    }

    public string Name { get; }

    // Neither holds anything that would have to be given back, and orders may still be on their way out when the line is cut.
    private SemaphoreSlim Room { get; } = new(MaxOrders);

    private CancellationTokenSource Ended { get; } = new();

    public async Task<PreflightReport> PreflightAsync(CancellationToken cancellationToken) =>
        (await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(PreflightAsync) }, Long, cancellationToken)).Report ?? throw Gone();

    public async Task CreateDiskAsync(string disk, int slot, long bytes, CancellationToken cancellationToken)
    {
        await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(CreateDiskAsync), Disk = disk, Slot = slot, Value = bytes }, Short, cancellationToken);
        _disks[disk] = 0;
    }

    /// <summary>Nothing waits on a worker: it would have to say so, and to give it up, over the line.</summary>
    public Task ExpectAsync(SandboxSpec? like, long bytes, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task ForkDiskAsync(string source, string disk, int slot, CancellationToken cancellationToken)
    {
        await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(ForkDiskAsync), Source = source, Disk = disk, Slot = slot }, Long, cancellationToken);
        _disks[disk] = 0;
    }

    public async Task<long?> SnapshotDiskAsync(string source, string disk, long limit, CancellationToken cancellationToken)
    {
        LineMessage made;
        try
        {
            made = await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(SnapshotDiskAsync), Source = source, Disk = disk, Value = limit }, Long, cancellationToken);
        }
        catch (SandboxException exception) when (exception is { Kind: SandboxErrorKind.Refused, Errno: not 0 })
        {
            throw new IOException(exception.Message, exception.Errno); // as the interface has it where there is no room
        }

        if (made.Value is not null)
        {
            _disks[disk] = 0;
        }

        return made.Value;
    }

    public async Task<bool> DeleteDiskAsync(string disk, CancellationToken cancellationToken)
    {
        var deleted = await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(DeleteDiskAsync), Disk = disk }, Short, cancellationToken);
        _disks.TryRemove(disk, out _);
        return deleted.Value == 1;
    }

    public IReadOnlyList<string> Disks() => [.. _disks.Keys.Order(StringComparer.Ordinal)];

    public long? GenerationOf(string disk) => _disks.TryGetValue(disk, out var generation) ? generation : null;

    public async Task SetGenerationAsync(string disk, long generation, CancellationToken cancellationToken)
    {
        await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(SetGenerationAsync), Disk = disk, Value = generation }, Short, cancellationToken);
        _disks[disk] = generation;
    }

    public int UsedPercent() => Volatile.Read(ref _used);

    public async Task<ISandbox> StartAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var stream = Expect();
        LineSandbox? sandbox = null;
        try
        {
            var start = new LineStart { Id = spec.Id, Limits = spec.Limits, HasNetwork = spec.Network is not null, Authority = spec.Network?.Authority };
            await OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(StartAsync), Disk = spec.Disk, Slot = spec.Slot, Stream = stream.Name, Start = start }, Short, cancellationToken);
            sandbox = new LineSandbox(spec, await stream.SocketAsync(Short, cancellationToken), stream.Told);
            _ = ForgetAsync(stream, sandbox.Ended);
            await sandbox.Greeted.WaitAsync(Short, cancellationToken);
            return sandbox;
        }
        catch (Exception exception)
        {
            if (sandbox is not null)
            {
                await sandbox.DisposeAsync();
            }
            else
            {
                Drop(stream);
            }

            throw exception is TimeoutException ? new SandboxException(SandboxErrorKind.Ended, "The sandbox did not start in time on its worker.") : exception;
        }
    }

    public async Task ExportDiskAsync(string disk, Stream target, CancellationToken cancellationToken)
    {
        var stream = Expect();
        try
        {
            using var late = Late(cancellationToken);
            var order = OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(ExportDiskAsync), Disk = disk, Stream = stream.Name }, Long, late.Token);
            var whole = ByteLine.ReceiveAllAsync(await SocketOfAsync(stream, order, late.Token), bytes => target.WriteAsync(bytes, late.Token), late.Token);
            var isWhole = await whole;
            Drop(stream); // the worker waits for that
            await order; // which says why, where it is not whole
            if (!isWhole)
            {
                throw Gone();
            }
        }
        finally
        {
            Drop(stream);
        }
    }

    public async Task ImportDiskAsync(string disk, int slot, Stream source, CancellationToken cancellationToken)
    {
        var stream = Expect();
        try
        {
            using var late = Late(cancellationToken);
            var order = OrderAsync(new LineMessage { Kind = LineMessage.Order, What = nameof(ImportDiskAsync), Disk = disk, Slot = slot, Stream = stream.Name }, Long, late.Token);
            try
            {
                await ByteLine.SendAllAsync(source, await SocketOfAsync(stream, order, late.Token), late.Token);
            }
            catch (IOException)
            {
                await order; // which says why it did not read on
                throw Gone();
            }

            await order;
            _disks[disk] = 0;
        }
        finally
        {
            Drop(stream);
        }
    }

    /// <summary>A worker looks after that itself, before it comes.</summary>
    public Task<IReadOnlyList<string>> ReapAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public bool Awaits(string stream) => _streams.TryGetValue(stream, out var expected) && !expected.HasCome;

    /// <summary>A stream has come; completes when nobody needs it any longer.</summary>
    public Task CarryAsync(string stream, WebSocket socket) => _streams.TryGetValue(stream, out var expected) && expected.Take(socket) ? expected.Over : Task.CompletedTask;

    /// <summary>Takes what the worker says.</summary>
    public void OnMessage(LineMessage message)
    {
        switch (message.Kind)
        {
            case LineMessage.Beat:
                Volatile.Write(ref _used, Math.Clamp(message.Used, 0, 100));
                break;
            case LineMessage.Reply when _orders.TryRemove(message.Number, out var order):
                order.TrySetResult(message);
                break;
            case LineMessage.Ended when message is { Stream: { } name, End: { } end } && _streams.TryGetValue(name, out var stream):
                stream.Tell(end with { Detail = Errors(end.Detail) });
                break;
        }
    }

    /// <summary>The line is cut: nothing comes any more.</summary>
    public void Fail()
    {
        Ended.Cancel();
        foreach (var order in _orders.Values)
        {
            order.TrySetException(Gone());
        }

        foreach (var stream in _streams.Values)
        {
            Drop(stream);
        }
    }

    private static string Errors(string text) => Connection.Errors.Shown(text);

    private static SandboxException Gone() => new(SandboxErrorKind.Ended, "The worker's line is cut.");

    private CancellationTokenSource Late(CancellationToken cancellationToken)
    {
        var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Ended.Token);
        late.CancelAfter(Long);
        return late;
    }

    private LineStream Expect()
    {
        var stream = new LineStream(InteractionId.Random(StreamPrefix));
        _streams[stream.Name] = stream;
        if (Ended.IsCancellationRequested)
        {
            Drop(stream);
        }

        return stream;
    }

    private void Drop(LineStream stream)
    {
        _streams.TryRemove(stream.Name, out _);
        stream.End();
    }

    private async Task ForgetAsync(LineStream stream, Task ended)
    {
        await ended;
        Drop(stream);
    }

    // Whichever is first: a worker that cannot do it opens no stream.
    private static async Task<WebSocket> SocketOfAsync(LineStream stream, Task order, CancellationToken cancellationToken)
    {
        var socket = stream.SocketAsync(Short, cancellationToken);
        if (await Task.WhenAny(socket, order) == order)
        {
            await order;
        }

        return await socket;
    }

    private async Task<LineMessage> OrderAsync(LineMessage order, TimeSpan patience, CancellationToken cancellationToken)
    {
        await Room.WaitAsync(cancellationToken);
        var number = Interlocked.Increment(ref _last);
        var answer = _orders[number] = new TaskCompletionSource<LineMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            if (Ended.IsCancellationRequested)
            {
                throw Gone();
            }

            await _line.SendAsync(order with { Number = number }, cancellationToken);
            var reply = await ReplyAsync(answer.Task, number, patience, cancellationToken);
            return reply.Fault is { } fault ? throw new SandboxException(fault.Kind, Errors(fault.Message), fault.Errno) : reply;
        }
        catch (IOException)
        {
            throw Gone();
        }
        finally
        {
            _orders.TryRemove(number, out _);
            Room.Release();
        }
    }

    private async Task<LineMessage> ReplyAsync(Task<LineMessage> answer, long number, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.WaitAsync(patience, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Nothing is to be left of it: it is told, and given a moment to undo what it began.
            await _line.SendAsync(new LineMessage { Kind = LineMessage.Cancel, Number = number }, CancellationToken.None);
            await Task.WhenAny(answer, Task.Delay(CancelPatience, CancellationToken.None));
            throw exception is TimeoutException ? new SandboxException(SandboxErrorKind.Ended, $"The worker did not do within {patience} what it was asked for.") : exception;
        }
    }
}

/// <summary>A stream that a worker was asked to open.</summary>
internal sealed class LineStream(string name)
{
    private readonly TaskCompletionSource<WebSocket> _socket = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SandboxEnd> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebSocket? _taken;

    public string Name => name;

    public bool HasCome => _socket.Task.IsCompleted;

    /// <summary>Completes when its worker has told the end of its sandbox, or is not heard any more.</summary>
    public Task<SandboxEnd> Told => _told.Task;

    /// <summary>Completes when nobody needs it any longer.</summary>
    public Task Over => _over.Task;

    public bool Take(WebSocket socket)
    {
        _taken = socket;
        return _socket.TrySetResult(socket);
    }

    public Task<WebSocket> SocketAsync(TimeSpan patience, CancellationToken cancellationToken) => _socket.Task.WaitAsync(patience, cancellationToken);

    public void Tell(SandboxEnd end) => _told.TrySetResult(end);

    public void End()
    {
        _socket.TrySetException(new SandboxException(SandboxErrorKind.Ended, "The worker's line is cut."));
        _ = _socket.Task.Exception; // seen, where nobody waits for it
        _told.TrySetResult(new SandboxEnd(SandboxEndReason.Lost, "The line to its worker was cut.", 0));
        _over.TrySetResult();
        _taken?.Abort();
    }
}

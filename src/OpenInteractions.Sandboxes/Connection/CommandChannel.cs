using System.Runtime.CompilerServices;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>A command, as the server sees it.</summary>
/// <param name="connection">Where it is.</param>
/// <param name="number">Its channel.</param>
/// <param name="keepLast">How much output is kept for a reader that may come; null where the command waits for its reader.</param>
internal sealed class CommandChannel(FrameConnection connection, uint number, int? keepLast) : ServerChannel(number), ISandboxCommand
{
    // Credit is given back in pieces of this size: a frame for each line of output would cost more than the line.
    private const int CreditStep = FrameHeader.FirstCredit / 4;

    private readonly Lock _lock = new();
    private readonly Queue<CommandOutput> _output = [];
    private readonly long[] _allowed = [0, FrameHeader.FirstCredit, FrameHeader.FirstCredit];
    private readonly int[] _owed = new int[3];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<CommandResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CreditGate _input = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _kept;
    private bool _closed;

    public long Id => Number;

    public Task Started => _started.Task;

    public Task<CommandResult> Result => _result.Task;

    public override bool OnFrame(FrameHeader frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case FrameType.Started:
                _ = new PayloadReader(payload).Int();
                _started.TrySetResult();
                return false;
            case FrameType.Data when frame.Stream is ChannelStream.Out or ChannelStream.Error:
                OnData(frame.Stream, payload);
                return false;
            case FrameType.End:
                return false;
            case FrameType.Credit:
                _input.Grant(new PayloadReader(payload).Int());
                return false;
            case FrameType.Exited:
                OnExited(ExitedMessage.Read(payload));
                return true;
            case FrameType.Reply:
                var reply = ReplyMessage.Read(payload);
                Fail(new SandboxException(SandboxErrorKind.File, $"The command could not be started: {Errors.Say(reply.Error)}{(reply.Detail.Length > 0 ? $" ({Errors.Shown(reply.Detail)})" : "")}.", reply.Error));
                return true;
            default:
                throw new FrameException("It sends a frame that a command has not.");
        }
    }

    public override void OnConnectionEnded(SandboxException reason) => Fail(reason);

    public async IAsyncEnumerable<CommandOutput> ReadOutputAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            CommandOutput? piece = null;
            lock (_lock)
            {
                changed = _changed.Task;
                if (_output.TryDequeue(out var next))
                {
                    piece = next;
                    _kept -= next.Data.Length;
                }
                else if (_closed)
                {
                    yield break;
                }
            }

            if (piece is { } output)
            {
                if (keepLast is null)
                {
                    Owe(output.IsError ? ChannelStream.Error : ChannelStream.Out, output.Data.Length);
                }

                yield return output;
            }
            else
            {
                await changed.WaitAsync(cancellationToken);
            }
        }
    }

    public async Task WriteInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty && await _input.TakeAsync(data.Length, cancellationToken) is var taken and > 0)
        {
            await connection.SendAsync(FrameType.Data, Number, ChannelStream.In, data[..taken], cancellationToken);
            data = data[taken..];
        }
    }

    public async Task EndInputAsync(CancellationToken cancellationToken)
    {
        if (!_result.Task.IsCompleted)
        {
            await connection.SendAsync(FrameType.End, Number, ChannelStream.In, ReadOnlyMemory<byte>.Empty, cancellationToken);
        }
    }

    public async Task SignalAsync(int signal, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(signal is >= 1 and <= 64, true, nameof(signal));
        if (!_result.Task.IsCompleted)
        {
            await connection.SendAsync(FrameType.Signal, Number, 0, new PayloadWriter().Int(signal).Written, cancellationToken);
        }
    }

    private void OnData(byte stream, ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            if ((_allowed[stream] -= payload.Length) < 0)
            {
                throw new FrameException("It sends more than it has credit for.");
            }

            _output.Enqueue(new CommandOutput(stream == ChannelStream.Error, payload.ToArray()));
            _kept += payload.Length;
            while (keepLast is { } most && _kept > most && _output.TryDequeue(out var oldest))
            {
                _kept -= oldest.Data.Length;
            }

            Signal();
        }

        if (keepLast is not null)
        {
            Owe(stream, payload.Length);
        }
    }

    private void Owe(byte stream, int bytes)
    {
        int due;
        lock (_lock)
        {
            due = _owed[stream] + bytes;
            if (due < CreditStep || _closed)
            {
                _owed[stream] = due;
                return;
            }

            _owed[stream] = 0;
            _allowed[stream] += due;
        }

        connection.PostCredit(Number, stream, due);
    }

    private void OnExited(ExitedMessage exited)
    {
        var result = new CommandResult(exited.ExitCode & 0xFF, exited.Signal & 0x7F, exited.TimedOut, Math.Max(0, exited.OutputDropped), Math.Max(0, exited.ErrorDropped),
            TimeSpan.FromMicroseconds(Math.Clamp(exited.CpuMicroseconds, 0, long.MaxValue / 100)));
        Close();
        _started.TrySetResult();
        _result.TrySetResult(result);
    }

    private void Fail(SandboxException reason)
    {
        Close();
        _started.TrySetException(reason);
        _result.TrySetException(reason);
        _ = _started.Task.Exception; // seen: a command that nobody waits for is no fault of the server
        _ = _result.Task.Exception;
    }

    private void Close()
    {
        _input.Close();
        lock (_lock)
        {
            _closed = true;
            Signal();
        }
    }

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

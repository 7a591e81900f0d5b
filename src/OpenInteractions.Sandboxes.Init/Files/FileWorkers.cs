using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>Runs file operations beside the loop, a few at a time: one that hangs on a strange file system holds up nothing else.</summary>
internal sealed class FileWorkers(Wire wire)
{
    private const int MaxThreads = 4;
    private const int MaxWaiting = 64;
    private readonly Lock _lock = new();
    private readonly Queue<Work> _waiting = new();
    private readonly SemaphoreSlim _ready = new(0);
    private readonly ChannelTable<FileChannel> _open = new();
    private int _threads;
    private int _busy;

    public FileChannel? Find(uint channel)
    {
        lock (_lock)
        {
            return _open.Find(channel);
        }
    }

    public void Start(uint number, FileMessage message)
    {
        bool isNew;
        lock (_lock)
        {
            if (_open.Count >= MaxWaiting)
            {
                Reply(number, new ReplyMessage(Native.EAGAIN, $"{MaxWaiting} file operations wait already", 0, Truncated: false));
                return;
            }

            var channel = new FileChannel(wire, number);
            _open.Add(number, channel);
            _waiting.Enqueue(new Work(channel, message));
            isNew = _threads < MaxThreads && _busy + _waiting.Count > _threads;
            _threads += isNew ? 1 : 0;
        }

        if (isNew && !TryBegin())
        {
            bool isAlone;
            lock (_lock)
            {
                _threads--;
                isAlone = _threads == 0; // then nothing else waits either: it would have been refused
                if (isAlone)
                {
                    _waiting.Clear();
                    _open.Remove(number);
                }
            }

            if (isAlone)
            {
                Reply(number, new ReplyMessage(Native.EAGAIN, "no thread can be started now", 0, Truncated: false));
                return;
            }
        }

        _ready.Release();
    }

    // A sandbox that is full of processes, or has no memory left, gives no thread.
    private bool TryBegin()
    {
        try
        {
            new Thread(Run, maxStackSize: 512 * 1024) { IsBackground = true }.Start();
            return true;
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            return false;
        }
    }

    private void Run()
    {
        while (true)
        {
            _ready.Wait();
            Work work;
            lock (_lock)
            {
                work = _waiting.Dequeue();
                _busy++;
            }

            var reply = Do(work.Channel, work.Message);
            lock (_lock)
            {
                _open.Remove(work.Channel.Number);
                _busy--;
            }

            Reply(work.Channel.Number, reply);
        }
    }

    private static ReplyMessage Do(FileChannel channel, FileMessage message)
    {
        try
        {
            return FileOperations.Do(channel, message);
        }
        catch (FileFailure e)
        {
            return new ReplyMessage(e.Error, Short(e.Message), 0, Truncated: false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ReplyMessage(Native.ENOENT, "", 0, Truncated: false);
        }
        catch (UnauthorizedAccessException)
        {
            return new ReplyMessage(Native.EACCES, "", 0, Truncated: false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException or NotSupportedException or FormatException)
        {
            // An archive or a pattern that is none, mostly; the server's words for it are better than the runtime's.
            return new ReplyMessage(e is IOException and not EndOfStreamException ? Native.EIO : Native.EINVAL, "", 0, Truncated: false);
        }
        catch (OutOfMemoryException)
        {
            return new ReplyMessage(Native.EFBIG, "", 0, Truncated: false);
        }
        catch (Exception)
        {
            // Whatever an archive, a name or a pattern makes the runtime say: it is this request that fails, not the sandbox with all that runs in it.
            return new ReplyMessage(Native.EINVAL, "", 0, Truncated: false);
        }
    }

    private void Reply(uint channel, ReplyMessage reply) => wire.Send(FrameType.Reply, channel, 0, reply.Write().Span);

    private static string Short(string text) => text.Length > 512 ? text[..512] : text;

    private sealed record Work(FileChannel Channel, FileMessage Message);
}

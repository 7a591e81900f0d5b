using System.Buffers.Binary;
using OpenInteractions.Sandboxes.Frames;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>File operations, done by the init.</summary>
internal sealed class RemoteFiles(FrameConnection connection) : ISandboxFiles
{
    private const int MaxEntries = 100_000;
    private const int MaxMatches = 10_000;
    private const int MaxPath = 4095;

    // The last second of the year 9999, in milliseconds.
    private const long LastTime = 253_402_300_799_000;

    // What a list or a search may say in all, whatever it was asked for.
    private const int MaxResult = 32 * 1024 * 1024;

    public async Task<SandboxEntry> StatAsync(string path, CancellationToken cancellationToken)
    {
        var (entries, _) = await RecordsAsync(new FileMessage(FileVerb.Stat, Checked(path), "", 0, 0, 0, FileFlags.None), 1, ReadEntry, cancellationToken);
        return entries.Count == 1 ? entries[0] : throw new SandboxException(SandboxErrorKind.Ended, "The sandbox answered with nothing.");
    }

    public async Task<SandboxEntries> ListAsync(string path, bool recursive, string? pattern, int limit, CancellationToken cancellationToken)
    {
        InRange(limit, MaxEntries, nameof(limit));
        var message = new FileMessage(FileVerb.List, Checked(path), pattern ?? "", 0, limit, 0, recursive ? FileFlags.Recursive : FileFlags.None);
        var (items, truncated) = await RecordsAsync(message, limit, ReadEntry, cancellationToken);
        return new SandboxEntries(items, truncated);
    }

    public async Task<SandboxMatches> SearchAsync(string path, string text, bool isExpression, int limit, CancellationToken cancellationToken)
    {
        InRange(limit, MaxMatches, nameof(limit));
        var message = new FileMessage(FileVerb.Search, Checked(path), CheckedText(text), 0, limit, 0, isExpression ? FileFlags.Expression : FileFlags.None);
        var (items, truncated) = await RecordsAsync(message, limit, ReadMatch, cancellationToken);
        return new SandboxMatches(items, truncated);
    }

    public async Task<bool> ReadAsync(string path, long offset, long length, Stream target, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var left = length;
        var reply = await DoAsync(new FileMessage(FileVerb.Read, Checked(path), "", offset, length, 0, FileFlags.None), content: null, async (data, gone) =>
        {
            left -= data.Length;
            await target.WriteAsync(left < 0 ? throw new SandboxException(SandboxErrorKind.Ended, "The sandbox sent more than it was asked for.") : data, gone);
        }, cancellationToken);
        return reply.Truncated;
    }

    public async Task<long> WriteAsync(string path, Stream content, WriteOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        InRange(options.Mode, 0x1FF, nameof(options), from: 0);
        var flags = (options.Overwrite ? FileFlags.Overwrite : FileFlags.None) | (options.MakeParents ? FileFlags.Parents : FileFlags.None) | (options.FollowsLink ? FileFlags.Follow : FileFlags.None);
        return (await DoAsync(new FileMessage(FileVerb.Write, Checked(path), "", 0, options.Limit, options.Mode, flags), content, Nothing, cancellationToken)).Count;
    }

    public Task MakeDirectoryAsync(string path, CancellationToken cancellationToken) =>
        DoAsync(new FileMessage(FileVerb.MakeDirectory, Checked(path), "", 0, 0, 0, FileFlags.Parents | FileFlags.Overwrite), content: null, Nothing, cancellationToken);

    public Task RemoveAsync(string path, bool recursive, CancellationToken cancellationToken) =>
        DoAsync(new FileMessage(FileVerb.Remove, Checked(path), "", 0, 0, 0, recursive ? FileFlags.Recursive : FileFlags.None), content: null, Nothing, cancellationToken);

    public Task RenameAsync(string path, string target, bool overwrite, CancellationToken cancellationToken) =>
        DoAsync(new FileMessage(FileVerb.Rename, Checked(path), Checked(target), 0, 0, 0, overwrite ? FileFlags.Overwrite : FileFlags.None), content: null, Nothing, cancellationToken);

    public Task TarOutAsync(string path, Stream target, CancellationToken cancellationToken) =>
        DoAsync(new FileMessage(FileVerb.TarOut, Checked(path), "", 0, 200_000, 0, FileFlags.None), content: null, target.WriteAsync, cancellationToken);

    public async Task<long> TarInAsync(string path, Stream archive, bool overwrite, long limit, CancellationToken cancellationToken) =>
        (await DoAsync(new FileMessage(FileVerb.TarIn, Checked(path), "", 0, limit, 0, overwrite ? FileFlags.Overwrite : FileFlags.None), archive, Nothing, cancellationToken)).Count;

    public async Task<IReadOnlyList<ArchiveEntry>> TarCheckAsync(string path, Stream archive, int most, long limit, CancellationToken cancellationToken)
    {
        InRange(most, MaxEntries, nameof(most));
        return (await RecordsAsync(new FileMessage(FileVerb.TarIn, Checked(path), "", most, limit, 0, FileFlags.Check), most, ReadArchived, cancellationToken, archive)).Items;
    }

    private static ArchiveEntry ReadArchived(PayloadReader reader)
    {
        var entry = new ArchiveEntry(reader.Text(), reader.Flag());
        reader.Done();
        return entry;
    }

    private static ValueTask Nothing(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private async Task<(List<T> Items, bool Truncated)> RecordsAsync<T>(FileMessage message, int limit, ReadRecord<T> read, CancellationToken cancellationToken, Stream? content = null)
    {
        var bytes = new MemoryStream();
        var reply = await DoAsync(message, content, (data, _) =>
        {
            bytes.Write(bytes.Length + data.Length > MaxResult ? throw new SandboxException(SandboxErrorKind.Invalid, "That is more than one answer holds. Ask for less.") : data.Span);
            return ValueTask.CompletedTask;
        }, cancellationToken);
        try
        {
            return (Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), limit, read), reply.Truncated);
        }
        catch (FrameException e)
        {
            connection.End(e.Message);
            throw new SandboxException(SandboxErrorKind.Ended, "The sandbox answered with something else than it was asked.");
        }
    }

    private static List<T> Parse<T>(ReadOnlySpan<byte> bytes, int limit, ReadRecord<T> read)
    {
        var items = new List<T>();
        while (!bytes.IsEmpty)
        {
            var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : -1;
            if (length < 0 || length > bytes.Length - 4 || items.Count == limit)
            {
                throw new FrameException("Its records are not what they say.");
            }

            items.Add(read(new PayloadReader(bytes.Slice(4, length))));
            bytes = bytes[(4 + length)..];
        }

        return items;
    }

    private delegate T ReadRecord<T>(PayloadReader reader);

    private static SandboxEntry ReadEntry(PayloadReader reader)
    {
        var path = reader.Text();
        var kind = reader.Byte() switch
        {
            (byte)'f' => SandboxEntryKind.File,
            (byte)'d' => SandboxEntryKind.Directory,
            (byte)'l' => SandboxEntryKind.Link,
            (byte)'o' => SandboxEntryKind.Other,
            _ => throw new FrameException("There is no such kind of entry."),
        };
        var (size, mode, uid) = (reader.Long(), reader.Int(), reader.Long());
        var modified = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(reader.Long(), 0, LastTime));
        var born = reader.Long();
        var target = reader.Text();
        reader.Done();
        return new SandboxEntry(path, kind, Math.Max(0, size), mode & 0xFFF, uid, modified, target) { Created = born is > 0 and <= LastTime ? DateTimeOffset.FromUnixTimeMilliseconds(born) : null };
    }

    private static SandboxMatch ReadMatch(PayloadReader reader)
    {
        var match = new SandboxMatch(reader.Text(), reader.Int(), reader.Text());
        reader.Done();
        return match;
    }

    private async Task<ReplyMessage> DoAsync(FileMessage message, Stream? content, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> take, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var channel = connection.Open(number => new FileChannel(connection, number));
        await connection.SendAsync(FrameType.File, channel.Number, 0, message.Write(), CancellationToken.None);
        try
        {
            var reading = channel.ReadAsync(take, cancellationToken);
            if (content is not null)
            {
                await channel.WriteAsync(content, cancellationToken);
            }

            await reading;
            var reply = await channel.Reply.WaitAsync(cancellationToken);
            return reply.Error == 0 ? reply : throw Failure(message, reply);
        }
        catch when (!channel.Reply.IsCompleted)
        {
            // Nobody reads on: the init stops, and what it sends until then goes nowhere.
            connection.Post(FrameType.Cancel, channel.Number, 0, []);
            throw;
        }
    }

    private static SandboxException Failure(FileMessage message, ReplyMessage reply) =>
        new(SandboxErrorKind.File, $"{Errors.Shown(message.Path)}: {Errors.Say(reply.Error)}{(reply.Detail.Length > 0 ? $" ({Errors.Shown(reply.Detail)})" : "")}.", reply.Error) { Detail = Errors.Shown(reply.Detail) };

    private static string Checked(string path) =>
        CheckedText(path).StartsWith('/') ? path : throw new SandboxException(SandboxErrorKind.Invalid, "A path has to be absolute.");

    private static string CheckedText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return System.Text.Encoding.UTF8.GetByteCount(text) <= MaxPath && !text.Contains('\0', StringComparison.Ordinal)
            ? text
            : throw new SandboxException(SandboxErrorKind.Invalid, $"A path or pattern has no zero byte, and {MaxPath} bytes at most.");
    }

    private static void InRange(int value, int most, string name, int from = 1)
    {
        if (value < from || value > most)
        {
            throw new SandboxException(SandboxErrorKind.Invalid, $"{name} has to be {from} to {most}.");
        }
    }
}

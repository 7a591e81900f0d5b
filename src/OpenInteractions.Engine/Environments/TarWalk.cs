using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace OpenInteractions.Engine.Environments;

/// <summary>An entry of an archive.</summary>
/// <param name="Path">Its path, without a slash before it.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
internal readonly record struct TarPart(string Path, bool IsDirectory);

/// <summary>
/// Looks through a tar archive without unpacking it, so that what is wrong with any entry is known before the first is written. It holds one header at a time: an archive says how long its
/// headers are, and the framework's reader would believe it.
/// </summary>
internal sealed class TarWalk(Stream archive, long maxBytes)
{
    public const int MaxEntries = 20_000;
    private const int Block = 512;
    private const int MaxHeader = 64 * 1024;
    private const int MaxDepth = 128;

    private readonly byte[] _block = new byte[Block];
    private readonly byte[] _skipped = new byte[64 * 1024];
    private long _bytes;

    /// <summary>All entries.</summary>
    /// <exception cref="ApiException">It is no archive, or holds what is not unpacked.</exception>
    public async Task<IReadOnlyList<TarPart>> ReadAsync(CancellationToken cancellationToken)
    {
        var parts = new List<TarPart>();
        try
        {
            string? longName = null, longLink = null;
            long? longSize = null;
            while (await NextAsync(cancellationToken))
            {
                var (type, size) = ((char)_block[156], Number(_block.AsSpan(124, 12)));
                var (name, link) = (NameOfHeader(), Text(_block.AsSpan(157, 100)));
                switch (type)
                {
                    case 'x':
                        foreach (var (key, value) in Records(await ContentAsync(size, cancellationToken)))
                        {
                            longName = key == "path" ? value : longName;
                            longLink = key == "linkpath" ? value : longLink;
                            longSize = key == "size" ? Decimal(value) : longSize;
                        }

                        continue;
                    case 'L':
                        longName = Text(await ContentAsync(size, cancellationToken));
                        continue;
                    case 'K':
                        longLink = Text(await ContentAsync(size, cancellationToken));
                        continue;
                    case 'g':
                        await ContentAsync(size, cancellationToken);
                        continue;
                }

                size = longSize ?? size;
                Add(parts, type, longName ?? name, longLink ?? link);
                (longName, longLink, longSize) = (null, null, null);
                await SkipAsync(type is '0' or '\0' or '7' ? size : 0, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new ApiException(ErrorCode.InvalidRequest, "The bytes are no tar archive, or it was cut. With 'extract=true' a tar or tar.gz archive is taken.", "extract");
        }

        return parts.Count > 0 ? parts : throw new ApiException(ErrorCode.InvalidRequest, "The archive is empty.", "extract");
    }

    private static void Add(List<TarPart> parts, char type, string name, string link)
    {
        var shown = Excerpt.Of(new string([.. name.Select(c => char.IsControl(c) ? '?' : c)]), 200);
        if (name.StartsWith('/'))
        {
            throw Wrong(shown, "its name begins with '/'. Pack names relative to the directory where they go");
        }

        if (EnvironmentPaths.Clean(name, out var fault) is not { } path)
        {
            throw Wrong(shown, $"its name: {fault}");
        }

        if (path.Count(c => c == '/') > MaxDepth)
        {
            throw Wrong(shown, $"it is more than {MaxDepth} directories deep");
        }

        if (type is not ('0' or '\0' or '7' or '5' or '2'))
        {
            throw Wrong(shown, "only files, directories and symbolic links are unpacked");
        }

        if (type == '2' && !StaysBelow(path, link))
        {
            throw Wrong(shown, "it is a link that leads out of the archive");
        }

        if (path != "/")
        {
            parts.Add(new TarPart(path[1..], type == '5'));
        }

        if (parts.Count > MaxEntries)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"The archive has more than {MaxEntries} entries. Send several.", "extract");
        }
    }

    private static bool StaysBelow(string path, string link)
    {
        if (link.Length == 0 || link.StartsWith('/'))
        {
            return false;
        }

        var depth = path.Count(c => c == '/') - 1;
        foreach (var part in link.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part == ".." ? -1 : part == "." ? 0 : 1;
            if (depth < 0)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<bool> NextAsync(CancellationToken cancellationToken)
    {
        var read = await archive.ReadAtLeastAsync(_block, Block, throwOnEndOfStream: false, cancellationToken);
        if (read == 0 || (read == Block && !_block.AsSpan().ContainsAnyExcept((byte)0)))
        {
            return false;
        }

        var sum = 8 * ' ';
        for (var i = 0; i < Block; i++)
        {
            sum += i is >= 148 and < 156 ? 0 : _block[i];
        }

        return read == Block && Number(_block.AsSpan(148, 8)) == sum ? true : throw new InvalidDataException("No header.");
    }

    private string NameOfHeader()
    {
        var (name, prefix) = (Text(_block.AsSpan(0, 100)), Text(_block.AsSpan(345, 155)));
        return _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8) && prefix.Length > 0 ? $"{prefix}/{name}" : name;
    }

    private async Task<byte[]> ContentAsync(long size, CancellationToken cancellationToken)
    {
        if (size > MaxHeader)
        {
            throw new InvalidDataException("A header of that length is none.");
        }

        var content = new byte[size];
        await archive.ReadExactlyAsync(content, cancellationToken);
        await DiscardAsync(Padding(size), cancellationToken);
        return content;
    }

    private async Task SkipAsync(long size, CancellationToken cancellationToken)
    {
        _bytes += size;
        if (_bytes > maxBytes)
        {
            throw new ApiException(ErrorCode.RequestTooLarge, $"The archive holds more than {maxBytes} bytes.", "extract");
        }

        await DiscardAsync(size + Padding(size), cancellationToken);
    }

    private async Task DiscardAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var read = await archive.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(count, _skipped.Length)), cancellationToken);
            count -= read > 0 ? read : throw new EndOfStreamException();
        }
    }

    private static long Padding(long size) => (Block - (size % Block)) % Block;

    // Octal digits, or with the highest bit set a binary number.
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            var binary = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return binary >= 0 && !field[1..^8].ContainsAnyExcept((byte)0) ? binary : throw new InvalidDataException("No number.");
        }

        var number = 0L;
        foreach (var digit in field.Trim(" \0"u8))
        {
            number = digit is >= (byte)'0' and <= (byte)'7' ? checked((number << 3) | (uint)(digit - '0')) : throw new InvalidDataException("No number.");
        }

        return number;
    }

    private static long Decimal(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidDataException("No number.");

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);

    // Each is "LENGTH KEY=VALUE\n", and the length counts itself.
    private static List<(string Key, string Value)> Records(byte[] content)
    {
        var records = new List<(string, string)>();
        for (ReadOnlySpan<byte> rest = content; !rest.IsEmpty;)
        {
            var space = rest.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(rest[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length <= space + 2 || length > rest.Length || rest[length - 1] != '\n')
            {
                throw new InvalidDataException("No record.");
            }

            var record = Encoding.UTF8.GetString(rest[(space + 1)..(length - 1)]);
            var equals = record.IndexOf('=', StringComparison.Ordinal);
            records.Add(equals > 0 ? (record[..equals], record[(equals + 1)..]) : throw new InvalidDataException("No record."));
            rest = rest[length..];
        }

        return records;
    }

    private static ApiException Wrong(string entry, string why) => new(ErrorCode.InvalidRequest, $"The archive cannot be unpacked because of its entry '{entry}': {why}. Nothing was written.", "extract");
}

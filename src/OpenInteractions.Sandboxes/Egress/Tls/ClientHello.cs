using System.Buffers.Binary;
using System.Text;
using OpenInteractions.Sandboxes.Egress.Http;

namespace OpenInteractions.Sandboxes.Egress.Tls;

/// <summary>What a TLS client says first, as far as it tells where it wants to go.</summary>
/// <param name="Bytes">All that was read.</param>
/// <param name="ServerName">The name that it asks for; null for none.</param>
/// <param name="HidesName">Whether it has another name encrypted inside.</param>
internal sealed record ClientHello(ReadOnlyMemory<byte> Bytes, string? ServerName, bool HidesName)
{
    private const int MaxBytes = 20 * 1024;
    private const int MaxHello = 16 * 1024;

    /// <summary>Reads it, whatever the records and reads that it comes in.</summary>
    /// <exception cref="HttpFaultException">It is no ClientHello.</exception>
    public static async Task<ClientHello> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[MaxBytes];
        var end = 0;
        var record = 0;
        var hello = new List<byte>();
        while (true)
        {
            end = await FillAsync(stream, bytes, end, record + 5, cancellationToken);
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(record + 3));
            if (bytes[record] != 22 || bytes[record + 1] != 3 || length is 0 or > MaxHello)
            {
                throw new HttpFaultException("it is no TLS handshake");
            }

            end = await FillAsync(stream, bytes, end, record + 5 + length, cancellationToken);
            hello.AddRange(bytes.AsSpan(record + 5, length));
            record += 5 + length;
            if (hello[0] != 1)
            {
                throw new HttpFaultException("it is no TLS handshake");
            }

            if (hello.Count >= 4)
            {
                var whole = 4 + (hello[1] << 16 | hello[2] << 8 | hello[3]);
                if (whole > MaxHello)
                {
                    throw new HttpFaultException("its TLS handshake is too long");
                }

                if (hello.Count >= whole)
                {
                    return Parse(bytes.AsMemory(0, end), [.. hello.Take(whole)]);
                }
            }
        }
    }

    private static async Task<int> FillAsync(Stream stream, byte[] bytes, int end, int wanted, CancellationToken cancellationToken)
    {
        if (wanted > bytes.Length)
        {
            throw new HttpFaultException("its TLS handshake is too long");
        }

        while (end < wanted)
        {
            var read = await stream.ReadAsync(bytes.AsMemory(end), cancellationToken);
            end += read > 0 ? read : throw new HttpFaultException("the connection ended in its TLS handshake");
        }

        return end;
    }

    private static ClientHello Parse(ReadOnlyMemory<byte> bytes, ReadOnlySpan<byte> hello)
    {
        try
        {
            var at = 4 + 2 + 32; // type and length, version, random
            at += 1 + hello[at]; // session
            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(hello[at..]); // ciphers
            at += 1 + hello[at]; // compressions
            string? name = null;
            var hides = false;
            if (at < hello.Length)
            {
                var extensions = hello.Slice(at + 2, BinaryPrimitives.ReadUInt16BigEndian(hello[at..]));
                while (extensions.Length > 0)
                {
                    var type = BinaryPrimitives.ReadUInt16BigEndian(extensions);
                    var data = extensions.Slice(4, BinaryPrimitives.ReadUInt16BigEndian(extensions[2..]));
                    if (type == 0)
                    {
                        name = name is null ? ServerNameOf(data) : throw new HttpFaultException("its TLS handshake names two servers");
                    }

                    hides |= type == 0xfe0d;
                    extensions = extensions[(4 + data.Length)..];
                }
            }

            return new ClientHello(bytes, name, hides);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new HttpFaultException("its TLS handshake is malformed");
        }
    }

    private static string ServerNameOf(ReadOnlySpan<byte> data)
    {
        // A list that, since it was written down, has one entry of one kind.
        var length = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
        return data[2] == 0 && BinaryPrimitives.ReadUInt16BigEndian(data) == data.Length - 2 && length == data.Length - 5 && length > 0
            ? Encoding.Latin1.GetString(data[5..])
            : throw new HttpFaultException("its TLS handshake names its server in no usual form");
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Text;
using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>
/// Answers the sandbox's questions for names, from the name table alone: nobody outside is asked, so a name carries nothing out. A answers with a stand-in, AAAA with
/// nothing, so that programs take A; all else does not exist.
/// </summary>
internal static class DnsAnswers
{
    private const int HeaderSize = 12;
    private const int MaxQuery = 512;
    private const ushort TypeA = 1;
    private const ushort TypeAaaa = 28;
    private const ushort ClassIn = 1;
    private const uint Seconds = 60;

    /// <summary>The answer to one message; null for what is no question, which gets none.</summary>
    /// <param name="query">The message.</param>
    /// <param name="addressOf">The address of a name that may be reached; null for others.</param>
    public static byte[]? Answer(ReadOnlySpan<byte> query, Func<CanonicalHost, IPAddress?> addressOf)
    {
        ArgumentNullException.ThrowIfNull(addressOf);
        if (query.Length is < HeaderSize + 5 or > MaxQuery)
        {
            return null;
        }

        // A query with one question, and at most the record that says that the asker knows EDNS.
        var flags = BinaryPrimitives.ReadUInt16BigEndian(query[2..]);
        if ((flags & 0xf800) != 0 || Count(query, 4) != 1 || Count(query, 6) != 0 || Count(query, 8) != 0 || Count(query, 10) > 1)
        {
            return null;
        }

        var end = ReadName(query, out var name);
        if (end < 0 || end + 4 > query.Length || (Count(query, 10) == 0 && end + 4 != query.Length))
        {
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(query[end..]);
        var isInternet = BinaryPrimitives.ReadUInt16BigEndian(query[(end + 2)..]) == ClassIn;
        var host = isInternet && type is TypeA or TypeAaaa ? CanonicalHost.Read(name, out _) : null;
        var address = host is { Address: null } ? addressOf(host) : null;
        return Write(query[..(end + 4)], address, type == TypeA);
    }

    private static byte[] Write(ReadOnlySpan<byte> question, IPAddress? address, bool withAddress)
    {
        var answers = address is not null && withAddress ? 1 : 0;
        var answer = new byte[question.Length + (answers * 16)];
        question.CopyTo(answer);
        answer[2] = (byte)(0x80 | (question[2] & 0x01)); // an answer; the wish for recursion is repeated
        answer[3] = (byte)(0x80 | (address is null ? 3 : 0)); // recursion is there; 3: no such name
        answer.AsSpan(6, 6).Clear();
        answer[7] = (byte)answers;
        if (answers == 1)
        {
            var record = answer.AsSpan(question.Length);
            BinaryPrimitives.WriteUInt16BigEndian(record, 0xc00c); // the name of the question
            BinaryPrimitives.WriteUInt16BigEndian(record[2..], TypeA);
            BinaryPrimitives.WriteUInt16BigEndian(record[4..], ClassIn);
            BinaryPrimitives.WriteUInt32BigEndian(record[6..], Seconds);
            BinaryPrimitives.WriteUInt16BigEndian(record[10..], 4);
            address!.TryWriteBytes(record[12..], out _);
        }

        return answer;
    }

    private static int Count(ReadOnlySpan<byte> query, int at) => BinaryPrimitives.ReadUInt16BigEndian(query[at..]);

    private static int ReadName(ReadOnlySpan<byte> query, out string name)
    {
        var text = new StringBuilder();
        name = "";
        var at = HeaderSize;
        while (at < query.Length)
        {
            var length = query[at++];
            if (length == 0)
            {
                name = text.ToString();
                return at - HeaderSize <= 255 ? at : -1;
            }

            // A question has no pointers: nothing stands before it.
            if (length > 63 || at + length > query.Length)
            {
                return -1;
            }

            // A dot inside a label would make two of one.
            var label = query.Slice(at, length);
            text.Append(text.Length > 0 ? "." : "").Append(label.Contains((byte)'.') ? "\0" : Encoding.Latin1.GetString(label));
            at += length;
        }

        return -1;
    }
}

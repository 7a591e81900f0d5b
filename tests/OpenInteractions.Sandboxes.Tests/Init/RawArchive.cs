using System.Globalization;
using System.Text;

namespace OpenInteractions.Sandboxes.Tests.Init;

/// <summary>Archives written header by header, so that they may say what no program writes.</summary>
internal sealed class RawArchive : IDisposable
{
    private readonly MemoryStream _bytes = new();

    /// <summary>Adds a header, and its content up to a whole block.</summary>
    /// <param name="name">The name, as bytes.</param>
    /// <param name="type">Of the entry.</param>
    /// <param name="content">What follows.</param>
    /// <param name="size">What the header says of that; null for the truth.</param>
    /// <param name="fields">Other fields, by their place.</param>
    public RawArchive Add(string name, char type = '0', string content = "", string? size = null, params (int At, byte[] Value)[] fields)
    {
        var (head, body) = (new byte[512], Encoding.UTF8.GetBytes(content));
        Encoding.UTF8.GetBytes(name).CopyTo(head, 0);
        foreach (var (at, value) in (IEnumerable<(int, byte[])>)[(100, "0000644\0"u8.ToArray()), (108, "0000000\0"u8.ToArray()), (116, "0000000\0"u8.ToArray()),
            (124, Encoding.ASCII.GetBytes(size ?? Convert.ToString(body.Length, 8).PadLeft(11, '0') + "\0")), (136, "00000000000\0"u8.ToArray()), (257, "ustar\000"u8.ToArray()), .. fields])
        {
            value.CopyTo(head, at);
        }

        head[156] = (byte)type;
        head.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(head.Sum(b => b), 8).PadLeft(6, '0') + "\0 ").CopyTo(head, 148);
        _bytes.Write(head);
        _bytes.Write(body);
        _bytes.Write(new byte[(512 - (body.Length % 512)) % 512]);
        return this;
    }

    /// <summary>Adds records of the extended form, which are said of the next entry.</summary>
    public RawArchive Say(params (string Key, string Value)[] records) => Add("pax", 'x', string.Concat(records.Select(Record)));

    public void Dispose() => _bytes.Dispose();

    public MemoryStream End()
    {
        _bytes.Write(new byte[1024]);
        return new MemoryStream(_bytes.ToArray());
    }

    private static string Record((string Key, string Value) record)
    {
        var rest = $" {record.Key}={record.Value}\n";
        var length = rest.Length + 1;
        while (length != rest.Length + length.ToString(CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return length.ToString(CultureInfo.InvariantCulture) + rest;
    }
}

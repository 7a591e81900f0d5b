using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace OpenInteractions.Sandboxes.Init.Files;

/// <summary>
/// Names are bytes to the system, and mostly UTF-8. A byte that is none is kept as half of a surrogate pair, which no UTF-8 gives: so each name is a text here, and becomes the same bytes again.
/// </summary>
internal static class RawNames
{
    private const int Kept = 0xDC00;

    public static string Read(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder(name.Length);
        while (!name.IsEmpty)
        {
            var isText = Rune.DecodeFromUtf8(name, out var rune, out var taken) == System.Buffers.OperationStatus.Done;
            if (isText)
            {
                text.Append(rune.ToString());
            }
            else
            {
                text.Append((char)(Kept + name[0]));
                taken = 1;
            }

            name = name[taken..];
        }

        return text.ToString();
    }

    public static byte[] Write(string name)
    {
        if (!IsRaw(name))
        {
            return Encoding.UTF8.GetBytes(name);
        }

        var bytes = new List<byte>(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (IsKept(name, i))
            {
                bytes.Add((byte)(name[i] - Kept));
            }
            else
            {
                var length = char.IsHighSurrogate(name[i]) && i + 1 < name.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(name.Substring(i, length)));
                i += length - 1;
            }
        }

        return [.. bytes];
    }

    /// <summary>Whether it holds bytes that are no UTF-8.</summary>
    public static bool IsRaw(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (IsKept(name, i))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>For a reader: such bytes as in addresses, <c>%E9</c>.</summary>
    public static string Shown(string name)
    {
        if (!IsRaw(name))
        {
            return name;
        }

        var shown = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (IsKept(name, i))
            {
                shown.Append('%').Append((name[i] - Kept).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                shown.Append(name[i]);
            }
        }

        return shown.ToString();
    }

    private static bool IsKept(string name, int at) => name[at] is >= (char)0xDC80 and <= (char)0xDCFF && (at == 0 || !char.IsHighSurrogate(name[at - 1]));
}

/// <summary>Hands a name to the system.</summary>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(RawNameMarshaller))]
internal static unsafe class RawNameMarshaller
{
    public static byte* ConvertToUnmanaged(string? name)
    {
        var bytes = RawNames.Write(name ?? "");
        var copy = (byte*)NativeMemory.Alloc((nuint)bytes.Length + 1);
        bytes.CopyTo(new Span<byte>(copy, bytes.Length));
        copy[bytes.Length] = 0;
        return copy;
    }

    public static void Free(byte* name) => NativeMemory.Free(name);
}

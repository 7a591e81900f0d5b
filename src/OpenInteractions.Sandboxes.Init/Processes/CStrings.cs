using System.Runtime.InteropServices;
using System.Text;

namespace OpenInteractions.Sandboxes.Init.Processes;

/// <summary>A list of texts as C wants it: pointers, and null behind the last.</summary>
internal sealed unsafe class CStrings : IDisposable
{
    public CStrings(string[] texts)
    {
        var bytes = 0;
        foreach (var text in texts)
        {
            bytes += Encoding.UTF8.GetByteCount(text) + 1;
        }

        Pointer = (byte**)NativeMemory.Alloc((nuint)(((texts.Length + 1) * sizeof(byte*)) + bytes));
        var next = (byte*)(Pointer + texts.Length + 1);
        for (var i = 0; i < texts.Length; i++)
        {
            Pointer[i] = next;
            var length = Encoding.UTF8.GetBytes(texts[i], new Span<byte>(next, bytes));
            next[length] = 0;
            next += length + 1;
            bytes -= length + 1;
        }

        Pointer[texts.Length] = null;
    }

    public byte** Pointer { get; private set; }

    public static byte[] Bytes(string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }

    public void Dispose()
    {
        NativeMemory.Free(Pointer);
        Pointer = null;
    }
}

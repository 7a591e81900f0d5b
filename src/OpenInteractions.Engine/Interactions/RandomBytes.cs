using System.Security.Cryptography;

namespace OpenInteractions.Engine.Interactions;

/// <summary>Unguessable bytes, drawn from the system in larger portions: one draw costs as much for ten bytes as for a thousand.</summary>
internal static class RandomBytes
{
    private const int Portion = 1024;

    [ThreadStatic]
    private static byte[]? _portion;

    [ThreadStatic]
    private static int _used;

    public static void Fill(Span<byte> bytes)
    {
        var portion = _portion ??= new byte[Portion];
        if (_used == 0 || _used + bytes.Length > Portion)
        {
            RandomNumberGenerator.Fill(portion);
            _used = 0;
        }

        portion.AsSpan(_used, bytes.Length).CopyTo(bytes);
        portion.AsSpan(_used, bytes.Length).Clear(); // what was given out is not kept
        _used += bytes.Length;
    }
}

namespace OpenInteractions.Engine.Interactions;

/// <summary>
/// Makes ids that order by time and cannot be guessed: 48 bits of milliseconds, 16 bits that count within one, 80 random bits. In order,
/// new rows go to the end of their index; with random keys the store loses most of its speed (design 4).
/// </summary>
public sealed class InteractionId(TimeProvider time)
{
    /// <summary>The type prefix.</summary>
    public const string Prefix = "int_";

    // Sorts by byte value as it sorts by meaning; no letters that are read as others.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int ByteCount = 18;
    private const int TextLength = 29;

    private long _last;

    /// <summary>A new id, greater than every one before in this process.</summary>
    public string Next()
    {
        Span<byte> bytes = stackalloc byte[ByteCount];
        var stamp = NextStamp();
        for (var i = 0; i < 8; i++)
        {
            bytes[i] = (byte)(stamp >> (56 - (8 * i)));
        }

        RandomBytes.Fill(bytes[8..]);
        return Prefix + Encode(bytes);
    }

    /// <summary>A random name for something that needs no order, such as a call: <c>call_…</c> with 80 random bits.</summary>
    public static string Random(string prefix)
    {
        Span<byte> bytes = stackalloc byte[10];
        RandomBytes.Fill(bytes);
        return prefix + Encode(bytes);
    }

    private long NextStamp()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() << 16;
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }

    private static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[TextLength];
        var (length, bits, count) = (0, 0u, 0);
        foreach (var b in bytes)
        {
            bits = (bits << 8) | b;
            count += 8;
            while (count >= 5)
            {
                count -= 5;
                text[length++] = Alphabet[(int)(bits >> count) & 31];
            }
        }

        if (count > 0)
        {
            text[length++] = Alphabet[(int)(bits << (5 - count)) & 31];
        }

        return new string(text[..length]);
    }
}

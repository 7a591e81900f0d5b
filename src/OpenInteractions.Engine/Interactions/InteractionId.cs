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
    private const int CountBits = 16;

    private long _last;

    /// <summary>A new id, greater than every one before in this process, and than those that it continues.</summary>
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

    /// <summary>When an id was made, in milliseconds: never before an earlier one, also when the clock was set back in between.</summary>
    public static DateTimeOffset TimeOf(string id) => DateTimeOffset.FromUnixTimeMilliseconds(StampOf(id) >> CountBits);

    /// <summary>No id that was made before this time is greater, and none that was made then or later is less.</summary>
    public static string FirstAt(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[ByteCount];
        bytes.Clear();
        var milliseconds = (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond; // rounded up
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(bytes, Math.Max(0, milliseconds) << CountBits);
        return Prefix + Encode(bytes);
    }

    /// <summary>From now on ids are greater than this one, which an earlier process has made.</summary>
    public void Continue(string newest)
    {
        var stamp = StampOf(newest);
        while (Interlocked.Read(ref _last) is var last && stamp > last && Interlocked.CompareExchange(ref _last, stamp, last) != last)
        {
            // Somebody made an id in the same moment.
        }
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
        var now = time.GetUtcNow().ToUnixTimeMilliseconds() << CountBits;
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

    /// <summary>The first 64 bits, which twelve letters and the upper four bits of a thirteenth hold.</summary>
    private static long StampOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (id.Length != Prefix.Length + TextLength)
        {
            return 0; // not one of these
        }

        var stamp = 0L;
        for (var i = 0; i < 13; i++)
        {
            var value = Alphabet.IndexOf(id[Prefix.Length + i], StringComparison.Ordinal);
            stamp = i < 12 ? (stamp << 5) | (uint)value : (stamp << 4) | (uint)(value >> 1);
        }

        return stamp;
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

using System.Text;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Puts characters together that a proxy has cut in two: text in UTF-16 that was split anywhere ends one frame with <c>\ud83d</c> and begins the next
/// with <c>\ude00</c>, and neither half can be read. A frame that ends a text with a first half waits for the second, which joins it; a half that stays
/// alone becomes U+FFFD.
/// </summary>
internal sealed class SplitCharacters
{
    // The other half comes in the next piece of text; a ping may come between.
    private const int MostWaiting = 3;

    private const int EscapeLength = 6;

    private readonly Queue<byte[]> _waiting = [];
    private int _high; // where in the first frame that waits the half stands

    private enum Half
    {
        None,
        High,
        Low,
    }

    public bool IsWaiting => _waiting.Count > 0;

    /// <summary>False for nearly every frame: it has no half of a character, and needs no care.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> frame) =>
        frame.Contains((byte)'\\') && (frame.IndexOf("\\ud"u8) >= 0 || frame.IndexOf("\\uD"u8) >= 0);

    /// <summary>The frame with U+FFFD for every half that stands alone.</summary>
    public static byte[] Mend(ReadOnlySpan<byte> frame)
    {
        var mended = frame.ToArray();
        for (var at = 0; Find(mended, ref at) != Half.None;)
        {
            Replace(mended, at - EscapeLength);
        }

        return mended;
    }

    /// <summary>Takes a frame and adds those that are ready to be read, in their order.</summary>
    public void Add(ReadOnlySpan<byte> frame, List<byte[]> ready)
    {
        var copy = frame.ToArray();
        if (IsWaiting)
        {
            if (TryTakeLow(ref copy, out var low))
            {
                Release(low, ready);
            }
            else if (EndsInHigh(copy) >= 0 || _waiting.Count == MostWaiting)
            {
                Release(low: default, ready);
            }
        }

        var high = IsWaiting ? -1 : EndsInHigh(copy);
        if (high < 0 && !IsWaiting)
        {
            ready.Add(Mend(copy));
            return;
        }

        if (high >= 0)
        {
            _high = high;
        }

        _waiting.Enqueue(copy);
    }

    /// <summary>Nothing more comes: what waits is ready.</summary>
    public void Flush(List<byte[]> ready)
    {
        if (IsWaiting)
        {
            Release(low: default, ready);
        }
    }

    private void Release(ReadOnlySpan<byte> low, List<byte[]> ready)
    {
        var first = _waiting.Dequeue();
        var behind = _high + EscapeLength;
        ready.Add(Mend(low.IsEmpty ? first : [.. first.AsSpan(0, behind), .. low, .. first.AsSpan(behind)]));
        while (_waiting.TryDequeue(out var next))
        {
            ready.Add(Mend(next));
        }
    }

    /// <summary>Takes the second half off the beginning of a text.</summary>
    private static bool TryTakeLow(ref byte[] frame, out byte[] low)
    {
        for (var at = 0; Find(frame, ref at) is var half && half != Half.None;)
        {
            var begin = at - EscapeLength;
            if (half == Half.Low && begin > 0 && frame[begin - 1] == '"')
            {
                low = frame[begin..at];
                frame = [.. frame.AsSpan(0, begin), .. frame.AsSpan(at)];
                return true;
            }
        }

        low = [];
        return false;
    }

    /// <summary>Where the last first half stands that ends a text, or -1.</summary>
    private static int EndsInHigh(ReadOnlySpan<byte> frame)
    {
        var found = -1;
        for (var at = 0; Find(frame, ref at) is var half && half != Half.None;)
        {
            if (half == Half.High && at < frame.Length && frame[at] == '"')
            {
                found = at - EscapeLength;
            }
        }

        return found;
    }

    /// <summary>Goes on to the next half that stands alone, and behind it.</summary>
    private static Half Find(ReadOnlySpan<byte> frame, ref int at)
    {
        while (frame[at..].IndexOf((byte)'\\') is var distance and >= 0)
        {
            at += distance;
            var code = CodeAt(frame, at);
            if (code < 0)
            {
                at = Math.Min(at + 2, frame.Length); // another escape, such as that of a backslash
                continue;
            }

            at += EscapeLength;
            if (char.IsLowSurrogate((char)code))
            {
                return Half.Low;
            }

            if (!char.IsHighSurrogate((char)code))
            {
                continue;
            }

            if (CodeAt(frame, at) is not (>= 0xDC00 and <= 0xDFFF))
            {
                return Half.High;
            }

            at += EscapeLength;
        }

        return Half.None;
    }

    /// <summary>The number of a <c>\uXXXX</c>, or -1 where there is none.</summary>
    private static int CodeAt(ReadOnlySpan<byte> frame, int at)
    {
        if (frame.Length - at < EscapeLength || frame[at] != '\\' || frame[at + 1] != 'u')
        {
            return -1;
        }

        var code = 0;
        foreach (var digit in frame.Slice(at + 2, 4))
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                return -1;
            }

            code = (code << 4) | Convert.ToInt32(((char)digit).ToString(), 16);
        }

        return code;
    }

    private static void Replace(byte[] frame, int at) => Encoding.ASCII.GetBytes("\\ufffd", frame.AsSpan(at));
}

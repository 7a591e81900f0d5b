using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Recognises frames that differ from an earlier one in nothing but one string, as nearly all of a streamed answer do: reading them as JSON again costs
/// twenty times more than comparing bytes. What is not the same to the last byte is left to the reader of JSON.
/// </summary>
/// <param name="member">The quoted name of the member whose value changes, such as <c>"content"</c>.</param>
internal sealed class TextFrames(ReadOnlyMemory<byte> member)
{
    // An upstream whose frames differ in more than the text (a number, padding) is not learned again and again.
    private const int MostLessons = 4;

    // What ends a JSON string or is no plain part of one.
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    private readonly ArrayBufferWriter<byte> _kept = new();
    private byte[] _before = [];
    private byte[] _after = [];
    private int _lessons;

    /// <summary>True when it pays to find out whether a frame holds nothing but text, and to tell it to <see cref="Learn"/>.</summary>
    public bool IsLearning => _lessons < MostLessons;

    /// <summary>The text of a frame that is like the one that was learned.</summary>
    public bool TryRead(ReadOnlySpan<byte> frame, out string text)
    {
        var isText = TryFind(frame, out var value);
        text = isText ? Encoding.UTF8.GetString(value) : "";
        return isText;
    }

    /// <summary>Keeps the text of a frame that is like the one that was learned, for <see cref="TakeKept"/>.</summary>
    public bool TryKeep(ReadOnlySpan<byte> frame)
    {
        if (!TryFind(frame, out var value))
        {
            return false;
        }

        _kept.Write(value);
        return true;
    }

    /// <summary>The texts that were kept since the last time, as one.</summary>
    public string TakeKept()
    {
        if (_kept.WrittenCount == 0)
        {
            return "";
        }

        var text = Encoding.UTF8.GetString(_kept.WrittenSpan);
        _kept.ResetWrittenCount();
        return text;
    }

    private bool TryFind(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_before.Length == 0 || frame.Length < _before.Length + _after.Length || !frame.StartsWith(_before) || !frame.EndsWith(_after))
        {
            return false;
        }

        value = frame[_before.Length..^_after.Length];
        return !value.ContainsAny(NotPlain) && Utf8.IsValid(value);
    }

    /// <summary>Learns a frame of which nothing but the text of the member matters. A frame in which the member cannot be found beyond doubt teaches nothing.</summary>
    public void Learn(ReadOnlySpan<byte> frame)
    {
        _lessons++;
        var name = frame.IndexOf(member.Span);
        if (name < 0 || name != frame.LastIndexOf(member.Span))
        {
            return;
        }

        var begin = name + member.Length;
        if (!TrySkip(frame, ref begin, (byte)':') || !TrySkip(frame, ref begin, (byte)'"'))
        {
            return;
        }

        var length = frame[begin..].IndexOfAny(NotPlain);
        if (length >= 0 && frame[begin + length] == '"')
        {
            (_before, _after) = (frame[..begin].ToArray(), frame[(begin + length)..].ToArray());
        }
    }

    private static bool TrySkip(ReadOnlySpan<byte> frame, ref int at, byte expected)
    {
        while (at < frame.Length && frame[at] == ' ')
        {
            at++;
        }

        return at < frame.Length && frame[at++] == expected;
    }
}

using System.Net.ServerSentEvents;
using System.Text;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>The frames of an upstream, however its bytes are cut. The runtime's own parser says what is right.</summary>
public sealed class FrameReaderTests
{
    public static TheoryData<string> Streams => new(
        "data: one\n\ndata: two\n\n",
        "event: a\ndata: {\"x\":1}\n\nevent: b\ndata: [DONE]\n\n",
        "data: crlf\r\n\r\ndata: next\r\n\r\n",
        "data: cr\r\rdata: next\r\r",
        "data: mixed\r\n\ndata: next\n\r\n\r",
        ": comment\n\n: another\ndata: after a comment\n\n",
        "data: several\ndata: lines\ndata:\ndata: of one\n\ndata: alone\n\n",
        "data:no space\n\ndata:  two spaces\n\n",
        "data\n\ndata:\n\n",
        "\uFEFFdata: with a mark\n\n",
        "id: 7\nretry: 10\ndatabase: no\ndata: yes\n\n",
        "\n\n\ndata: blank lines before\n\n\n\ndata: and between\n\n",
        "data: naïve ☕ 🙂\n\n",
        "data: whole\n\ndata: cut off",
        "data: whole\n\ndata: cut off\n");

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_stream_gives_the_same_frames_wherever_it_is_cut(string stream)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        using var whole = new MemoryStream(bytes);
        var expected = SseParser.Create(whole).Enumerate().Select(item => item.Data).ToList();

        for (var size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(expected, await ReadAsync(bytes, size));
        }
    }

    [Fact]
    public async Task A_frame_may_be_larger_than_the_buffer()
    {
        var large = new string('x', 300_000);
        var bytes = Encoding.UTF8.GetBytes($"data: small\n\ndata: {large}\n\ndata: small again\n\n");

        Assert.Equal(["small", large, "small again"], await ReadAsync(bytes, 10_000));
    }

    private static async Task<List<string>> ReadAsync(byte[] bytes, int size)
    {
        using var frames = new FrameReader(new Slices(bytes, size), maxFrame: 1 << 20);
        var read = new List<string>();
        do
        {
            while (frames.TryRead(out var data))
            {
                read.Add(Encoding.UTF8.GetString(data.Span));
            }
        }
        while (frames.Take(await frames.ReadAsync(CancellationToken.None)));

        return read;
    }

    /// <summary>Gives so many bytes per read and no more.</summary>
    private sealed class Slices(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
    }
}

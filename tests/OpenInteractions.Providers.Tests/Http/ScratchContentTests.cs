using System.Text;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Providers.Http;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Http;

/// <summary>The buffer of a request goes to the next call of the same thread, but never while a socket may still read it.</summary>
public sealed class ScratchContentTests
{
    private readonly JsonScratch _body = JsonScratch.RentObject(json => json.WriteString("of", "this call"));

    [Fact]
    public async Task It_sends_what_was_written_and_says_how_long_it_is()
    {
        using var content = new ScratchContent(_body);

        Assert.Equal("""{"of":"this call"}""", await content.ReadAsStringAsync());
        Assert.Equal(18, content.Headers.ContentLength);
        Assert.Equal("application/json", content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task After_a_call_that_was_sent_the_buffer_is_lent_again_once()
    {
        var content = new ScratchContent(_body);
        await content.CopyToAsync(Stream.Null);

        content.Dispose();
        content.Dispose();

        Assert.Single(Lent(), scratch => scratch == _body);
    }

    [Fact]
    public void After_a_call_that_was_never_sent_the_buffer_is_lent_again()
    {
        new ScratchContent(_body).Dispose();

        Assert.Contains(_body, Lent());
    }

    [Fact]
    public async Task The_buffer_of_a_call_that_is_broken_off_while_it_is_sent_is_never_lent_again()
    {
        await using var socket = new StuckStream();
        var content = new ScratchContent(_body);
        var sending = content.CopyToAsync(socket);
        content.Dispose();

        Assert.DoesNotContain(_body, Lent());
        Assert.Equal("""{"of":"this call"}""", Encoding.UTF8.GetString(socket.Reading.Span));

        // Nor when the socket has let go: nobody is told of it.
        socket.Break();
        await Assert.ThrowsAsync<HttpRequestException>(() => sending).OrTimeout("the end of the sending");
        content.Dispose();
        Assert.DoesNotContain(_body, Lent());
    }

    [Fact]
    public async Task A_sending_that_broke_and_was_repeated_keeps_the_buffer_too()
    {
        await using var socket = new StuckStream();
        var content = new ScratchContent(_body);
        var broken = content.CopyToAsync(socket);
        socket.Break();
        await Assert.ThrowsAsync<HttpRequestException>(() => broken).OrTimeout("the end of the sending");
        await content.CopyToAsync(Stream.Null);

        content.Dispose();

        Assert.DoesNotContain(_body, Lent());
    }

    /// <summary>What comes late must not send what another call has written since.</summary>
    [Fact]
    public async Task A_sending_that_begins_after_the_buffer_was_given_back_is_refused()
    {
        var content = new ScratchContent(_body);
        content.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => content.CopyToAsync(Stream.Null));
    }

    /// <summary>Everything that this thread would lend, and some new ones; each is written over.</summary>
    private static List<JsonScratch> Lent()
    {
        var lent = Enumerable.Range(0, 8).Select(_ => JsonScratch.RentObject(json => json.WriteString("of", "another"))).ToList();
        lent.ForEach(scratch => scratch.Dispose());
        return lent;
    }

    /// <summary>A socket whose other side does not read.</summary>
    private sealed class StuckStream : MemoryStream
    {
        private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ReadOnlyMemory<byte> Reading { get; private set; }

        public void Break() => _broken.SetException(new IOException("Broken."));

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Reading = buffer;
            await _broken.Task;
        }
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;

namespace OpenInteractions.Providers.Http;

/// <summary>A JSON body that is sent from the buffer in which it was written: the history of a long conversation is not copied once more.</summary>
internal sealed class ScratchContent : HttpContent
{
    private const int GivenBack = -1;

    private static readonly MediaTypeHeaderValue Json = new(MediaTypeNames.Application.Json);

    private readonly JsonScratch _body;

    /// <summary>How many sendings have begun and not come to a good end; or <see cref="GivenBack"/>.</summary>
    private int _sendings;

    /// <param name="body">Given back when the request is disposed.</param>
    public ScratchContent(JsonScratch body)
    {
        _body = body;
        Headers.ContentType = Json;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Begin();
        await stream.WriteAsync(_body.Written, cancellationToken);
        Interlocked.Decrement(ref _sendings);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Written.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        // Of a call that was broken off the socket may still be reading: such a buffer is never lent again.
        if (disposing && Interlocked.CompareExchange(ref _sendings, GivenBack, 0) == 0)
        {
            _body.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Begin()
    {
        for (var before = Volatile.Read(ref _sendings); ;)
        {
            // The buffer may belong to another call already.
            ObjectDisposedException.ThrowIf(before == GivenBack, this);
            var now = Interlocked.CompareExchange(ref _sendings, before + 1, before);
            if (now == before)
            {
                return;
            }

            before = now;
        }
    }
}

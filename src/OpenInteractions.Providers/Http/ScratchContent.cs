using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;

namespace OpenInteractions.Providers.Http;

/// <summary>A JSON body that is sent from the buffer in which it was written: the history of a long conversation is not copied once more.</summary>
internal sealed class ScratchContent : HttpContent
{
    private static readonly MediaTypeHeaderValue Json = new(MediaTypeNames.Application.Json);

    private readonly JsonScratch _body;
    private int _isGivenBack;
    private volatile bool _isBeingSent;

    /// <param name="body">Given back when the request is disposed.</param>
    public ScratchContent(JsonScratch body)
    {
        _body = body;
        Headers.ContentType = Json;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _isBeingSent = true;
        await stream.WriteAsync(_body.Written, cancellationToken);
        _isBeingSent = false;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Written.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        // Of a call that was broken off the socket may still be reading: such a buffer is never lent again.
        if (disposing && !_isBeingSent && Interlocked.Exchange(ref _isGivenBack, 1) == 0)
        {
            _body.Dispose();
        }

        base.Dispose(disposing);
    }
}

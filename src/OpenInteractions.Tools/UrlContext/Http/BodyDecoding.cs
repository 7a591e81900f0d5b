using System.IO.Compression;
using OpenInteractions.Tools.Documents;

namespace OpenInteractions.Tools.UrlContext.Http;

/// <summary>
/// Reads a body to its end or to its bound. It is decompressed here and not by the HTTP client, because the bound holds for what comes out as well:
/// a few kilobytes can unfold into gigabytes.
/// </summary>
internal static class BodyDecoding
{
    /// <summary>What sites may send.</summary>
    public const string Accepted = "gzip, br, deflate";

    // Nobody compresses what is compressed; who does it more often wants to do harm.
    private const int MaxLayers = 2;

    private const int BufferSize = 32 * 1024;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, int most, bool isCut, CancellationToken cancellationToken)
    {
        if (!isCut && content.Headers.ContentLength > most)
        {
            throw TooLarge(most);
        }

        var body = await content.ReadAsStreamAsync(cancellationToken);
        await using var packed = new LimitedStream(body, isCut ? most + (2L * BufferSize) : most, () => TooLarge(most));
        var layers = content.Headers.ContentEncoding.Select(e => e.ToLowerInvariant()).Where(e => e != "identity").Reverse().ToList();
        if (layers.Count > MaxLayers)
        {
            throw new UnreadableDocumentException("The page is compressed several times over.");
        }

        Stream plain = packed;
        foreach (var layer in layers)
        {
            plain = await UnpackAsync(plain, layer, cancellationToken);
        }

        await using (plain)
        {
            return await ToEndAsync(plain, most, isCut, cancellationToken);
        }
    }

    private static async Task<Stream> UnpackAsync(Stream packed, string encoding, CancellationToken cancellationToken)
    {
        switch (encoding)
        {
            case "gzip" or "x-gzip":
                return new GZipStream(packed, CompressionMode.Decompress);
            case "br":
                return new BrotliStream(packed, CompressionMode.Decompress);
            case "deflate":
                // Two different things go by this name: the one of the standard has a header, the other is what some servers send.
                var first = new byte[1];
                var read = await packed.ReadAsync(first, cancellationToken);
                var whole = new PrefixedStream(first.AsMemory(0, read), packed);
                return (first[0] & 0x0F) == 8 ? new ZLibStream(whole, CompressionMode.Decompress) : new DeflateStream(whole, CompressionMode.Decompress);
            default:
                throw new UnreadableDocumentException("The page is compressed in a way that is not known here.");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ToEndAsync(Stream plain, int most, bool isCut, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[BufferSize];
        try
        {
            while (await plain.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (body.Length + count > most)
                {
                    if (isCut)
                    {
                        body.Write(buffer, 0, most - (int)body.Length);
                        break;
                    }

                    throw TooLarge(most);
                }

                body.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            throw new UnreadableDocumentException("The page is not compressed in the way that its site says.");
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static UnreadableDocumentException TooLarge(int most) => new($"The page has more than {most} bytes.");
}

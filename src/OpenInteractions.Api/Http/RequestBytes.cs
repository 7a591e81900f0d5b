using System.Buffers;
using System.IO.Pipelines;

namespace OpenInteractions.Api.Http;

/// <summary>Reads a whole body, which the server has bounded, and hands it to a reader of ours.</summary>
internal static class RequestBytes
{
    /// <summary>Largest body of a create: 100 MB (behaviour MM-3).</summary>
    public const long MaxLength = 100L * 1000 * 1000;

    public static async Task<T> ReadAsync<T>(HttpRequest request, Func<ReadOnlyMemory<byte>, T> parse)
    {
        // Other types are read as JSON: curl calls everything a form, SDKs call everything JSON (wire 1.3).
        if (request.ContentType is { } type && type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(ErrorCode.InvalidRequest, "The body must be JSON; forms are not taken here. Send media as base64 in 'data' or as 'uri'.");
        }

        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(ErrorCode.InvalidRequest, "The body must be sent as it is: no 'Content-Encoding' is taken.");
        }

        var reader = request.BodyReader;
        ReadResult result;
        while (!(result = await reader.ReadAsync(request.HttpContext.RequestAborted)).IsCompleted)
        {
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        try
        {
            return parse(result.Buffer.IsSingleSegment ? result.Buffer.First : result.Buffer.ToArray());
        }
        finally
        {
            reader.AdvanceTo(result.Buffer.End);
        }
    }
}

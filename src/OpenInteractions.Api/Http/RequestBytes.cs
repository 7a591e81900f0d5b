using System.Buffers;
using System.IO.Pipelines;

namespace OpenInteractions.Api.Http;

/// <summary>Reads a whole body, which the server has bounded, and hands it to a reader of ours.</summary>
internal static class RequestBytes
{
    /// <summary>Reads the body. A large one waits for its part of the budget, and keeps it until what is returned is disposed.</summary>
    public static async Task<ReadBody<T>> ReadAsync<T>(HttpRequest request, BodyBudget budget, Func<ReadOnlyMemory<byte>, T> parse)
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

        // One that is too large is refused by the first read.
        if (request.ContentLength is > BodyBudget.Small and var length && length <= budget.LargestBody)
        {
            return await ReadLargeAsync(request, (int)length, (int)length, budget, parse);
        }

        var reader = request.BodyReader;
        ReadResult result;
        while (!(result = await NextAsync(request)).IsCompleted)
        {
            if (result.Buffer.Length > BodyBudget.Small)
            {
                // Nobody knows how long it will be: it takes what the longest one needs, and gives the rest back when it is known.
                reader.AdvanceTo(result.Buffer.Start);
                return await ReadLargeAsync(request, budget.LargestBody, 2 * BodyBudget.Small, budget, parse);
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }

        try
        {
            return new ReadBody<T>(parse(result.Buffer.IsSingleSegment ? result.Buffer.First : result.Buffer.ToArray()), share: null);
        }
        finally
        {
            reader.AdvanceTo(result.Buffer.End);
        }
    }

    /// <summary>What the web server cannot read is the caller's mistake. It tells a size of a chunk that no number can hold as a fault of its own.</summary>
    private static async ValueTask<ReadResult> NextAsync(HttpRequest request)
    {
        var gone = request.HttpContext.RequestAborted;
        try
        {
            return await request.BodyReader.ReadAsync(gone);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException && !gone.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }
    }

    /// <summary>Takes what comes out of the server's buffers at once, which are small and stay with it for long.</summary>
    private static async Task<ReadBody<T>> ReadLargeAsync<T>(HttpRequest request, int atMost, int room, BodyBudget budget, Func<ReadOnlyMemory<byte>, T> parse)
    {
        var share = await budget.TakeAsync(atMost, request.HttpContext.RequestAborted);
        try
        {
            using var body = new PooledBytes();
            body.GetMemory(room);
            await CopyAsync(request, body);
            share.Shrink(body.Written.Length);
            return new ReadBody<T>(parse(body.Written), share);
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    private static async Task CopyAsync(HttpRequest request, PooledBytes body)
    {
        var reader = request.BodyReader;
        ReadResult result;
        do
        {
            result = await NextAsync(request);
            if (result.Buffer.Length is > 0 and var length)
            {
                result.Buffer.CopyTo(body.GetSpan((int)length));
                body.Advance((int)length);
            }

            reader.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted);
    }
}

/// <summary>What a body says, and its part of the budget; dispose it when nothing is made of the body any longer.</summary>
internal readonly struct ReadBody<T>(T value, BodyShare? share) : IDisposable
{
    public T Value => value;

    public void Dispose() => share?.Dispose();
}

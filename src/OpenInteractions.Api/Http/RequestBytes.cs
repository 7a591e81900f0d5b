using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using OpenInteractions.Api.Auth;

namespace OpenInteractions.Api.Http;

/// <summary>Reads a whole body, which the server has bounded, and hands it to a reader of ours.</summary>
internal static class RequestBytes
{
    /// <summary>Reads the body. A large one takes its part of the budget as it comes, and keeps it until what is returned is disposed.</summary>
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

        var reader = request.BodyReader;
        ReadResult result;
        while (!(result = await NextAsync(request)).IsCompleted)
        {
            if (result.Buffer.Length > BodyBudget.Small)
            {
                reader.AdvanceTo(result.Buffer.Start);
                return await ReadLargeAsync(request, budget, parse);
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

    /// <summary>
    /// What the web server cannot read is the caller's mistake. It tells a size of a chunk that no number can hold as a fault of its own. No token goes with it: a caller who
    /// leaves ends the reading anyway.
    /// </summary>
    private static async ValueTask<ReadResult> NextAsync(HttpRequest request)
    {
        try
        {
            return await request.BodyReader.ReadAsync(CancellationToken.None);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }
    }

    /// <summary>Takes what comes out of the server's buffers at once, which are small and stay with it for long.</summary>
    private static async Task<ReadBody<T>> ReadLargeAsync<T>(HttpRequest request, BodyBudget budget, Func<ReadOnlyMemory<byte>, T> parse)
    {
        // Of one in chunks nobody knows how long it will be.
        var share = budget.Open(request.HttpContext.Caller().Project, (int)Math.Min(request.ContentLength ?? budget.LargestBody, budget.LargestBody));
        try
        {
            using var body = new PooledBytes();
            await new LargeBodyReading(request, budget, share, body).ToEndAsync();
            share.Settle(body.Written.Length);
            return new ReadBody<T>(parse(body.Written), share);
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    /// <summary>The reading of one large body: its room grows with what has come, and it has to come at some pace.</summary>
    private sealed class LargeBodyReading(HttpRequest request, BodyBudget budget, BodyShare share, PooledBytes body)
    {
        /// <summary>Each room is so many times the one before it: what is left behind then stays below the whole.</summary>
        private const int Growth = 4;

        private readonly CancellationToken _gone = request.HttpContext.RequestAborted;

        public async Task ToEndAsync()
        {
            var reader = request.BodyReader;
            using var late = new CancellationTokenSource(budget.Pace, budget.Time);
            await using var ends = late.Token.Register(reader.CancelPendingRead);
            var due = 2 * BodyBudget.Small; // the first megabyte has come
            while (true)
            {
                var result = await NextAsync(request);
                var needed = body.Written.Length + result.Buffer.Length;
                if (late.IsCancellationRequested)
                {
                    reader.AdvanceTo(result.Buffer.End);
                    throw TooSlow();
                }

                if (needed > body.Capacity)
                {
                    reader.AdvanceTo(result.Buffer.Start); // it is read again when there is room
                    var room = GrowAsync(needed);
                    if (!room.IsCompleted)
                    {
                        late.CancelAfter(Timeout.InfiniteTimeSpan); // and meanwhile it is not the sender who is waited for
                        await room;
                        late.CancelAfter(budget.Pace);
                    }

                    await room;
                    continue;
                }

                foreach (var part in result.Buffer)
                {
                    part.CopyTo(body.GetMemory(part.Length));
                    body.Advance(part.Length);
                }

                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return;
                }

                if (body.Written.Length >= due)
                {
                    late.CancelAfter(budget.Pace);
                    due = body.Written.Length + BodyBudget.Small;
                }
            }
        }

        private ApiException TooSlow() => new(
            ErrorCode.InvalidRequest,
            string.Create(CultureInfo.InvariantCulture, $"The body came too slowly: each megabyte of one of more than 1 MB must come within {budget.Pace.TotalSeconds:0.##} seconds. Send large media as 'uri'."));

        private async Task GrowAsync(long needed)
        {
            if (needed > share.AtMost)
            {
                throw new BadHttpRequestException("The body is longer than it may be.", StatusCodes.Status413PayloadTooLarge);
            }

            var (before, room) = (body.Capacity, Math.Min(share.AtMost, Math.Max(needed, Math.Max(body.Capacity, BodyBudget.Small) * (long)Growth)));
            await share.GrowAsync(room, _gone);
            body.SetCapacity((int)room);
            budget.Leave(before);
        }
    }
}

/// <summary>What a body says, and its part of the budget; dispose it when nothing is made of the body any longer.</summary>
internal readonly struct ReadBody<T>(T value, BodyShare? share) : IDisposable
{
    public T Value => value;

    public void Dispose() => share?.Dispose();
}

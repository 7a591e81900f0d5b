using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OpenInteractions.Bench.Provider;

/// <summary><c>POST /v1/chat/completions</c>, unary and SSE.</summary>
internal sealed class ChatEndpoint(TokenWheel wheel, int chunkTokens)
{
    private const int FlushAt = 64 * 1024;

    private readonly ConcurrentDictionary<BenchModel, ChatFrames> _frames = new();
    private int _requests;
    private int _held;
    private int _finished;

    public async Task AnswerAsync(HttpContext context)
    {
        var gone = context.RequestAborted;
        var request = await ChatRequest.ReadAsync(context.Request.BodyReader, chunkTokens, gone);
        Interlocked.Increment(ref _requests);
        if (request.Model is not { } model)
        {
            await JsonAsync(context, StatusCodes.Status404NotFound, ChatFrames.UnknownModel);
            return;
        }

        var frames = _frames.GetOrAdd(model, ChatFrames.For);
        if (model.Pace == Pace.Held)
        {
            await HoldAsync(gone);
        }
        else if (request.Stream)
        {
            await StreamAsync(context, frames, request.IncludeUsage, gone);
        }
        else
        {
            if (model.Pace == Pace.Rated)
            {
                await Task.Delay(TimeSpan.FromSeconds((double)model.Tokens / model.PerSecond), gone);
            }

            await JsonAsync(context, StatusCodes.Status200OK, frames.Unary);
        }

        Interlocked.Increment(ref _finished);
    }

    public byte[] Stats() => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"requests":{{Volatile.Read(ref _requests)}},"held":{{Volatile.Read(ref _held)}},"finished":{{Volatile.Read(ref _finished)}}}"""));

    /// <summary>Reads <c>finished</c> out of what <see cref="Stats"/> wrote.</summary>
    public static int Finished(ReadOnlySpan<byte> stats)
    {
        var name = "\"finished\":"u8;
        return Utf8Parser.TryParse(stats[(stats.IndexOf(name) + name.Length)..], out int finished, out _)
            ? finished
            : throw new FormatException("The provider's statistics are not what it writes.");
    }

    public static async Task JsonAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, ChatFrames frames, bool includeUsage, CancellationToken gone)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        var writer = context.Response.BodyWriter;
        if (frames.Model.Pace == Pace.Rated)
        {
            await context.Response.StartAsync(gone);
            var stream = new RatedStream(frames, writer, includeUsage, gone);
            if (stream.Advance(wheel.Now) is { } due)
            {
                wheel.Add(stream, due);
            }

            await stream.Ended;
            return;
        }

        writer.Write(ChatFrames.Role);
        var unflushed = 0;
        for (var i = 0; i < frames.WholeChunks; i++)
        {
            writer.Write(frames.Token);
            unflushed += frames.Token.Length;
            if (unflushed >= FlushAt)
            {
                await writer.FlushAsync(gone);
                unflushed = 0;
            }
        }

        if (frames.Model.Pace == Pace.Stalled)
        {
            await writer.FlushAsync(gone);
            await HoldAsync(gone);
            return;
        }

        writer.Write(frames.Rest);
        writer.Write(ChatFrames.Stop);
        writer.Write(includeUsage ? frames.Usage : default);
        writer.Write(ChatFrames.Done);
        await writer.FlushAsync(gone);
    }

    private async Task HoldAsync(CancellationToken gone)
    {
        Interlocked.Increment(ref _held);
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (gone.Register(static state => ((TaskCompletionSource)state!).TrySetResult(), left))
        {
            await left.Task;
        }

        Interlocked.Decrement(ref _held);
    }
}

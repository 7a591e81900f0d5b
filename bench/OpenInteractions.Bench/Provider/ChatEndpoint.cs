using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OpenInteractions.Bench.Provider;

/// <summary><c>POST /v1/chat/completions</c>, unary and SSE.</summary>
internal sealed class ChatEndpoint(TokenWheel wheel, int chunkTokens, Uri tools)
{
    private const int FlushAt = 64 * 1024;

    private readonly ConcurrentDictionary<BenchModel, ChatFrames> _frames = new();
    private readonly ConcurrentDictionary<CallPlan, byte[]> _calls = new();
    private readonly ConcurrentDictionary<TaskCompletionSource, bool> _held = new();
    private int _requests;
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
            if (gone.IsCancellationRequested)
            {
                Interlocked.Increment(ref _finished);
                return;
            }
        }

        if (request.Stream)
        {
            await StreamAsync(context, frames, request, gone);
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

    public ProviderCounts Counts => new(Volatile.Read(ref _requests), _held.Count, Volatile.Read(ref _finished));

    /// <summary>Ends the waiting of all calls that are held now.</summary>
    public void LetGo()
    {
        foreach (var (end, _) in _held)
        {
            end.TrySetResult();
        }
    }

    public static async Task JsonAsync(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context, ChatFrames frames, ChatRequest request, CancellationToken gone)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        var writer = context.Response.BodyWriter;
        if (frames.Model.Pace == Pace.Rated)
        {
            await context.Response.StartAsync(gone);
            var stream = new RatedStream(frames, writer, request.IncludeUsage, gone);
            if (stream.Advance(wheel.Now) is { } due)
            {
                wheel.Add(stream, due);
            }

            await stream.Ended;
            return;
        }

        if (frames.Model.Calls is { } plan && !request.HasResults)
        {
            writer.Write(_calls.GetOrAdd(plan, plan => plan.Stream(tools)));
            writer.Write(request.IncludeUsage ? frames.Usage : default);
            writer.Write(ChatFrames.Done);
            await writer.FlushAsync(gone);
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
        writer.Write(request.IncludeUsage ? frames.Usage : default);
        writer.Write(ChatFrames.Done);
        await writer.FlushAsync(gone);
    }

    private async Task HoldAsync(CancellationToken gone)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _held[end] = true;
        await using (gone.Register(static state => ((TaskCompletionSource)state!).TrySetResult(), end))
        {
            await end.Task;
        }

        _held.TryRemove(end, out _);
    }
}

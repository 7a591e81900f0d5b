using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Faults.Tests;

/// <summary>
/// A Chat Completions server in the test's own process: it survives the server that is killed and remembers every call. A prompt's answer depends on the
/// prompt alone; its pieces come at a pace, as a model's do.
/// </summary>
internal sealed class SlowChat : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WebApplication _app;
    private readonly int _pieces;
    private readonly TimeSpan _pace;
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly ConcurrentQueue<(Func<bool> IsReached, TaskCompletionSource Reached)> _waits = new();
    private int _open;
    private int _mostOpen;
    private int _answered;

    private SlowChat(WebApplication app, int pieces, TimeSpan pace) => (_app, _pieces, _pace) = (app, pieces, pace);

    public string BaseUrl => _app.Urls.Single() + "/v1";

    /// <summary>How often each prompt was asked.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>How many calls were open at once, at most.</summary>
    public int MostOpen => Volatile.Read(ref _mostOpen);

    /// <summary>The settings by which a server finds this provider; its model is <c>slow/any</c>.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OpenInteractions__Providers__Endpoints__slow__BaseUrl", BaseUrl),
        ("OpenInteractions__Providers__Endpoints__slow__Wire", "chat"),
    ];

    public static async Task<SlowChat> StartAsync(int pieces, TimeSpan pace)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var chat = new SlowChat(app, pieces, pace);
        app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"any","object":"model","created":1,"owned_by":"test"}]}""", "application/json"));
        app.MapPost("/v1/chat/completions", chat.AnswerAsync);
        await app.StartAsync();
        return chat;
    }

    /// <summary>The whole answer to a prompt.</summary>
    public string AnswerTo(string prompt) => string.Concat(Pieces(prompt));

    /// <summary>Completes when so many calls have been answered whole.</summary>
    public Task AnsweredAsync(int count) => WaitAsync(() => Volatile.Read(ref _answered) >= count, $"{count} answers");

    /// <summary>Completes when so many calls have come.</summary>
    public Task CalledAsync(int count) => WaitAsync(() => _calls.Values.Sum() >= count, $"{count} calls");

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private IEnumerable<string> Pieces(string prompt) => Enumerable.Range(1, _pieces).Select(i => i == 1 ? $"{prompt}:" : $" {i}");

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var prompt = PromptOf(body.RootElement);
        _calls.AddOrUpdate(prompt, 1, (_, count) => count + 1);
        Wake();
        var isOpen = 1;
        Raise(ref _mostOpen, Interlocked.Increment(ref _open));
        try
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var piece in Pieces(prompt))
            {
                await context.Response.WriteAsync(ChatFrames.Text(piece), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(_pace, context.RequestAborted);
            }

            Close(); // before the caller can know that it is answered
            await context.Response.WriteAsync(ChatFrames.Finish() + ChatFrames.Usage(10, _pieces) + ChatFrames.Done, context.RequestAborted);
            Interlocked.Increment(ref _answered);
            Wake();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The server was killed, or has cancelled the run.
        }
        finally
        {
            Close();
        }

        void Close() => Interlocked.Add(ref _open, -Interlocked.Exchange(ref isOpen, 0));
    }

    private static string PromptOf(JsonElement body)
    {
        var content = body.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? content.GetString()! : content[0].GetProperty("text").GetString()!;
    }

    private async Task WaitAsync(Func<bool> isReached, string what)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Enqueue((isReached, reached));
        Wake();
        try
        {
            await reached.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The provider never had {what}; it had {_calls.Values.Sum()} calls and answered {_answered}.");
        }
    }

    private void Wake()
    {
        foreach (var (isReached, reached) in _waits)
        {
            if (isReached())
            {
                reached.TrySetResult();
            }
        }
    }

    private static void Raise(ref int highest, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref highest)) < value && Interlocked.CompareExchange(ref highest, value, seen) != seen)
        {
            // Somebody else raised it: look again.
        }
    }
}

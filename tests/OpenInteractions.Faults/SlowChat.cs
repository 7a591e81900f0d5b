using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Faults.Tests;

/// <summary>
/// A Chat Completions server in the test's own process: it survives the server that is killed and remembers every call. Asked again it says something else,
/// as models do, and each piece of an answer names its call: what was cut short or put together from two answers is none of them. The pieces come at a pace.
/// </summary>
internal sealed class SlowChat : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly int _pieces;
    private readonly TimeSpan _pace;
    private readonly int _length;
    private readonly bool _thinks;
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<ChatCall>> _byPrompt = new();
    private readonly Milestones _milestones = new();
    private int _open;
    private int _mostOpen;
    private int _answered;

    private SlowChat(WebApplication app, int pieces, TimeSpan pace, int length, bool thinks) =>
        (_app, _pieces, _pace, _length, _thinks) = (app, pieces, pace, length, thinks);

    /// <summary>How often each prompt was asked.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>Every call.</summary>
    public IEnumerable<ChatCall> AllCalls => _byPrompt.Values.SelectMany(calls => calls);

    /// <summary>How many calls were open at once, at most.</summary>
    public int MostOpen => Volatile.Read(ref _mostOpen);

    /// <summary>The settings by which a server finds this provider; its model is <c>slow/any</c>.</summary>
    public (string Name, string Value)[] Settings => SettingsOf("any");

    /// <summary>What each piece waits for, by its place in the answer, besides its pace.</summary>
    public Func<int, Task> Hold { get; set; } = _ => Task.CompletedTask;

    /// <param name="pieces">Of how many pieces an answer is.</param>
    /// <param name="pace">The time after each.</param>
    /// <param name="length">How long a piece is at least.</param>
    /// <param name="thinks">True to think first in every other call: who is asked again then says less, or more, than what was cut.</param>
    public static async Task<SlowChat> StartAsync(int pieces, TimeSpan pace, int length = 0, bool thinks = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var chat = new SlowChat(app, pieces, pace, length, thinks);
        app.MapGet("/{caller}/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"any","object":"model","created":1,"owned_by":"test"}]}""", "application/json"));
        app.MapPost("/{caller}/v1/chat/completions", chat.AnswerAsync);
        await app.StartAsync();
        return chat;
    }

    /// <summary>The settings of one server of several, whose calls can then be told from those of others.</summary>
    public (string Name, string Value)[] SettingsOf(string caller) =>
    [
        ("OpenInteractions__Providers__Endpoints__slow__BaseUrl", $"{_app.Urls.Single()}/{caller}/v1"),
        ("OpenInteractions__Providers__Endpoints__slow__Wire", "chat"),
    ];

    /// <summary>The whole answer to a prompt: of several, the last.</summary>
    public string AnswerTo(string prompt) => Answer(prompt, _calls.GetValueOrDefault(prompt, 1));

    /// <summary>Every answer to a prompt that was sent whole.</summary>
    public IEnumerable<string> WholeAnswersTo(string prompt) => CallsOf(prompt).Where(c => c.IsWhole).Select(c => Answer(prompt, c.Number));

    /// <summary>The calls that asked a prompt.</summary>
    public IReadOnlyCollection<ChatCall> CallsOf(string prompt) => _byPrompt.TryGetValue(prompt, out var calls) ? calls : [];

    /// <summary>Completes when so many calls have been answered whole.</summary>
    public Task AnsweredAsync(int count) => ReachedAsync(() => Volatile.Read(ref _answered) >= count, $"{count} answers");

    /// <summary>Completes when a prompt has been answered whole.</summary>
    public Task AnsweredAsync(string prompt) => ReachedAsync(() => CallsOf(prompt).Any(c => c.IsWhole), $"the whole answer to '{prompt}'");

    /// <summary>Completes when so many calls have come.</summary>
    public Task CalledAsync(int count) => ReachedAsync(() => _calls.Values.Sum() >= count, $"{count} calls");

    /// <summary>True when nobody has asked the same again.</summary>
    public bool IsLast(ChatCall call) => call.Number == _calls[call.Prompt];

    /// <summary>Completes when so many calls are open at once.</summary>
    public Task OpenAsync(int count) => ReachedAsync(() => Volatile.Read(ref _open) >= count, $"{count} open calls");

    /// <summary>Completes when one of these callers has a call open that nobody has made again.</summary>
    public Task OpenAsync(IReadOnlyCollection<string> callers) =>
        ReachedAsync(() => CallersWithWork().Any(callers.Contains), $"an open call of {string.Join(" or ", callers)}");

    /// <summary>Those who have a call open that nobody has made again.</summary>
    public IReadOnlySet<string> CallersWithWork() => AllCalls.Where(c => c.IsOpen && IsLast(c)).Select(c => c.Caller).ToHashSet();

    /// <summary>Completes when somebody else asks for one of these since then.</summary>
    public Task CalledByOthersAsync(string caller, IReadOnlyCollection<ChatCall> calls, long since) =>
        ReachedAsync(() => calls.Any(c => CallsOf(c.Prompt).Any(o => o.Caller != caller && o.Began > since)), $"another one's call for what {caller} had in hand");

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private IEnumerable<(string Text, bool IsThought)> Pieces(string prompt, int call) =>
        Enumerable.Range(1, _pieces).Select(i => ($"{prompt} ({call}.{i}) ".PadRight(_length, '.'), _thinks && call % 2 == 1 && i <= _pieces / 3));

    private string Answer(string prompt, int call) => string.Concat(Pieces(prompt, call).Where(p => !p.IsThought).Select(p => p.Text));

    private async Task AnswerAsync(HttpContext context, string caller)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var prompt = PromptOf(body.RootElement);
        var call = new ChatCall(caller, prompt, _calls.AddOrUpdate(prompt, 1, (_, count) => count + 1));
        _byPrompt.GetOrAdd(prompt, _ => new ConcurrentQueue<ChatCall>()).Enqueue(call);
        Raise(ref _mostOpen, Interlocked.Increment(ref _open));
        _milestones.Count();
        try
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var (i, piece) in Pieces(prompt, call.Number).Index())
            {
                await Hold(i).WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync(piece.IsThought ? ChatFrames.Thought(piece.Text) : ChatFrames.Text(piece.Text), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(_pace, context.RequestAborted);
            }

            End(isWhole: true); // before the caller can know that it is answered
            await context.Response.WriteAsync(ChatFrames.Finish() + ChatFrames.Usage(10, _pieces) + ChatFrames.Done, context.RequestAborted);
            Interlocked.Increment(ref _answered);
            _milestones.Count();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The server was killed, or has cancelled the run.
        }
        finally
        {
            End(isWhole: false);
        }

        void End(bool isWhole) => Interlocked.Add(ref _open, call.End(isWhole) ? -1 : 0);
    }

    private static string PromptOf(JsonElement body)
    {
        var content = body.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? content.GetString()! : content[0].GetProperty("text").GetString()!;
    }

    private Task ReachedAsync(Func<bool> isReached, string what) =>
        _milestones.ReachedAsync(isReached, () => $"The provider never had {what}; it had {_calls.Values.Sum()} calls and answered {_answered}.");

    private static void Raise(ref int highest, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref highest)) < value && Interlocked.CompareExchange(ref highest, value, seen) != seen)
        {
            // Somebody else raised it: look again.
        }
    }
}

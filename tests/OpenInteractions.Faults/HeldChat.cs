using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Faults.Tests;

/// <summary>
/// A Chat Completions server in the test's own process whose model pauses: between two pieces it waits for something, and tells meanwhile by comments that it
/// is still there, as vendors do. It remembers every call.
/// </summary>
internal sealed class HeldChat : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Script _script;
    private readonly ConcurrentDictionary<string, int> _calls = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentQueue<(int Count, TaskCompletionSource Reached)> _waits = new();

    private HeldChat(WebApplication app, Script script) => (_app, _script) = (app, script);

    /// <summary>How often each prompt was asked.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>The settings by which a server finds this provider; its model is <c>held/any</c>.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OpenInteractions__Providers__Endpoints__held__BaseUrl", _app.Urls.Single() + "/v1"),
        ("OpenInteractions__Providers__Endpoints__held__Wire", "chat"),
    ];

    /// <summary>A model that pauses for so long before each piece but the first.</summary>
    public static Task<HeldChat> PausingAsync(int pieces, TimeSpan pause, TimeSpan comments) =>
        StartAsync(new Script(pieces, comments, (_, _, gone) => Task.Delay(pause, gone)));

    /// <summary>A model that stops before its last piece until the test opens the way for the prompt; prompts that do not begin with <c>held</c> are not held.</summary>
    public static Task<HeldChat> GatedAsync(int pieces) =>
        StartAsync(new Script(pieces, TimeSpan.FromSeconds(5), static (chat, prompt, gone) => chat.GateOf(prompt).Task.WaitAsync(gone)) { OnlyBeforeLast = true });

    /// <summary>The whole answer to a prompt.</summary>
    public string AnswerTo(string prompt) => string.Concat(Pieces(prompt));

    /// <summary>Reads a stream until it has shown all that comes before the gate of its prompt. (Pieces that come together may be one delta.)</summary>
    public async Task ShownAsync(EventReader reader, string prompt)
    {
        var expected = string.Concat(Pieces(prompt).SkipLast(1));
        for (var shown = ""; shown != expected;)
        {
            var delta = (await reader.UntilAsync("step.delta")).Json.GetProperty("delta");
            shown += delta.GetProperty("text").GetString();
        }
    }

    /// <summary>Lets this prompt go on, now and whenever it is asked again.</summary>
    public void Open(string prompt) => GateOf(prompt).TrySetResult();

    /// <summary>Completes when so many calls have come.</summary>
    public Task CalledAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waits.Enqueue((count, reached));
        Wake();
        return reached.Task.OrTimeout($"call {count} to the provider");
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task<HeldChat> StartAsync(Script script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var chat = new HeldChat(app, script);
        app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"any","object":"model","created":1,"owned_by":"test"}]}""", "application/json"));
        app.MapPost("/v1/chat/completions", chat.AnswerAsync);
        await app.StartAsync();
        return chat;
    }

    private IEnumerable<string> Pieces(string prompt) => Enumerable.Range(1, _script.Pieces).Select(i => i == 1 ? $"{prompt}:" : $" {i}");

    private TaskCompletionSource GateOf(string prompt) => _gates.GetOrAdd(prompt, static prompt =>
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!prompt.StartsWith("held", StringComparison.Ordinal))
        {
            gate.SetResult();
        }

        return gate;
    });

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var prompt = PromptOf(body.RootElement);
        _calls.AddOrUpdate(prompt, 1, (_, count) => count + 1);
        Wake();
        try
        {
            context.Response.ContentType = "text/event-stream";
            var number = 0;
            foreach (var piece in Pieces(prompt))
            {
                number++;
                if (_script.OnlyBeforeLast ? number == _script.Pieces : number > 1)
                {
                    await PauseAsync(context, _script.Pause(this, prompt, context.RequestAborted));
                }

                await SendAsync(context, ChatFrames.Text(piece));
            }

            await SendAsync(context, ChatFrames.Finish() + ChatFrames.Usage(10, _script.Pieces) + ChatFrames.Done);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The server was killed, or has given the run up.
        }
    }

    private async Task PauseAsync(HttpContext context, Task pause)
    {
        using var comments = new PeriodicTimer(_script.Comments);
        while (await Task.WhenAny(pause, comments.WaitForNextTickAsync(context.RequestAborted).AsTask()) != pause)
        {
            await SendAsync(context, ": still thinking\n\n");
        }

        await pause;
    }

    private static async Task SendAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private static string PromptOf(JsonElement body)
    {
        var content = body.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? content.GetString()! : content[0].GetProperty("text").GetString()!;
    }

    private void Wake()
    {
        foreach (var (count, reached) in _waits)
        {
            if (_calls.Values.Sum() >= count)
            {
                reached.TrySetResult();
            }
        }
    }

    /// <param name="Pieces">Of how many pieces an answer is made.</param>
    /// <param name="Comments">How often it says in a pause that it is still there.</param>
    /// <param name="Pause">Ends with the pause.</param>
    private sealed record Script(int Pieces, TimeSpan Comments, Func<HeldChat, string, CancellationToken, Task> Pause)
    {
        public bool OnlyBeforeLast { get; init; }
    }
}

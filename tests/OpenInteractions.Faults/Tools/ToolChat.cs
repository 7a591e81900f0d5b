using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>
/// A Chat Completions server in the test's own process whose model works in rounds: it calls all MCP tools of <see cref="ToolServer"/>, or what a test wants, then one
/// more, then answers, or calls a function of the client's where the prompt begins with <c>ask</c>. It remembers every call, and asked again it says something else.
/// </summary>
internal sealed class ToolChat : IAsyncDisposable
{
    /// <summary>How often the model is asked in a turn that nobody cuts.</summary>
    public const int Rounds = 3;

    /// <summary>The place in the second round behind which a thought and a text have been given.</summary>
    public const int BeforeLastCall = 2;

    private readonly WebApplication _app;
    private readonly Func<string, int, IReadOnlyList<FunctionCall>> _tools;
    private readonly ConcurrentDictionary<(string Prompt, int Round), int> _calls = new();
    private readonly ConcurrentDictionary<(string Prompt, int Round), string> _asked = new();

    private ToolChat(WebApplication app, Func<string, int, IReadOnlyList<FunctionCall>> tools) => (_app, _tools) = (app, tools);

    /// <summary>The settings by which a server finds this provider; its model is <c>rounds/any</c>.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OpenInteractions__Providers__Endpoints__rounds__BaseUrl", $"{_app.Urls.Single()}/v1"),
        ("OpenInteractions__Providers__Endpoints__rounds__Wire", "chat"),
    ];

    /// <summary>What is waited for before a frame, by its round and its place in it.</summary>
    public Func<int, int, Task> Hold { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Calls of the model, in all.</summary>
    public int Count => _calls.Values.Sum();

    public static Task<ToolChat> StartAsync() => StartAsync((prompt, round) => round == 0
        ? [ToolServer.Call(ToolServer.Read, First(prompt)), ToolServer.Call(ToolServer.Stamp, First(prompt)), ToolServer.Call(ToolServer.Send, First(prompt))]
        : [ToolServer.Call(ToolServer.Send, Second(prompt))]);

    /// <summary>A model that calls what a test wants.</summary>
    /// <param name="tools">The calls of a prompt, in the first round and in the second.</param>
    public static async Task<ToolChat> StartAsync(Func<string, int, IReadOnlyList<FunctionCall>> tools)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var chat = new ToolChat(app, tools);
        app.MapGet("/v1/models", () => Results.Text("""{"object":"list","data":[{"id":"any","object":"model","created":1,"owned_by":"test"}]}""", "application/json"));
        app.MapPost("/v1/chat/completions", chat.AnswerAsync);
        await app.StartAsync();
        return chat;
    }

    /// <summary>What the first calls of a prompt are about.</summary>
    public static string First(string prompt) => $"{prompt}, first";

    /// <summary>What the last call is about.</summary>
    public static string Second(string prompt) => $"{prompt}, second";

    /// <summary>True of the text that comes right before <see cref="BeforeLastCall"/>: when it is shown, all of the first round is kept.</summary>
    public static bool IsTextOfSecondRound(ServerEvent value) =>
        value.Name == "step.delta" && value.Json.GetProperty("delta").TryGetProperty("text", out var text) && text.GetString()!.StartsWith("Now the second", StringComparison.Ordinal);

    /// <summary>How often each round of a prompt was asked for.</summary>
    public int[] CallsOf(string prompt) => [.. Enumerable.Range(0, Rounds).Select(r => _calls.GetValueOrDefault((prompt, r)))];

    /// <summary>What the model was shown when a round was asked for last.</summary>
    public string ShownTo(string prompt, int round) => _asked[(prompt, round)];

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var messages = body.RootElement.GetProperty("messages").EnumerateArray().ToList();
        var prompt = Text(messages.Last(m => m.GetProperty("role").GetString() == "user"));
        var round = messages.Count(m => m.TryGetProperty("tool_calls", out _));
        _asked[(prompt, round)] = body.RootElement.GetProperty("messages").GetRawText();
        var number = _calls.AddOrUpdate((prompt, round), 1, (_, count) => count + 1);
        try
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var (i, frame) in Frames(prompt, round, number).Index())
            {
                await Hold(round, i).WaitAsync(context.RequestAborted);
                await context.Response.WriteAsync(frame, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The server was killed.
        }
    }

    private string[] Frames(string prompt, int round, int number)
    {
        var ids = $"{round}_{number}";
        var end = ChatFrames.Usage(10, 5) + ChatFrames.Done;
        return (round, prompt.StartsWith("ask", StringComparison.Ordinal)) switch
        {
            (0, _) =>
            [
                ChatFrames.Text($"I look it up ({ids})."),
                .. CallFrames(prompt, round, ids),
                ChatFrames.Finish("tool_calls") + end,
            ],
            (1, _) =>
            [
                ChatFrames.Thought($"Once more ({ids})."), ChatFrames.Text($"Now the second ({ids})."),
                .. CallFrames(prompt, round, ids),
                ChatFrames.Finish("tool_calls") + end,
            ],
            (_, true) => [ChatFrames.Text($"Over to you ({ids})."), ChatFrames.Call(0, $"up_{ids}_0", "get_weather", """{"city":"Bern"}"""), ChatFrames.Finish("tool_calls") + end],
            _ => [ChatFrames.Text($"Done ({ids})"), ChatFrames.Text(", all of it."), ChatFrames.Finish() + end],
        };
    }

    private IEnumerable<string> CallFrames(string prompt, int round, string ids) =>
        _tools(prompt, round).Select((call, index) => ChatFrames.Call(index, $"up_{ids}_{index}", call.Function, call.Arguments));

    private static string Text(JsonElement message)
    {
        var content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String ? content.GetString()! : content[0].GetProperty("text").GetString()!;
    }
}

/// <summary>A call as the model writes it.</summary>
/// <param name="Function">The function.</param>
/// <param name="Arguments">An object.</param>
internal sealed record FunctionCall(string Function, string Arguments);

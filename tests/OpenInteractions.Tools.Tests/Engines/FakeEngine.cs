using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Tools.Tests.Engines;

/// <summary>A request as the engine heard it.</summary>
internal sealed record Asked(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>A search engine on a real socket, which says what a test writes.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Asked> _heard = [];
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = [];
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<HttpContext, Task> _last = _ => Task.CompletedTask;

    private FakeEngine(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyList<Asked> Heard => [.. _heard];

    /// <summary>Completes with the first request.</summary>
    public Task FirstRequest => _asked.Task;

    public static async Task<FakeEngine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var engine = new FakeEngine(app);
        app.Run(engine.AnswerAsync);
        await app.StartAsync();
        return engine;
    }

    /// <summary>The next answer; the last one stays.</summary>
    public FakeEngine Says(string body, int status = 200, params (string Name, string Value)[] headers) => Does(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        await context.Response.WriteAsync(body);
    });

    public FakeEngine Does(Func<HttpContext, Task> answer)
    {
        _answers.Enqueue(answer);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        _heard.Enqueue(new Asked(context.Request.Method, target, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
        if (_answers.TryDequeue(out var next))
        {
            _last = next;
        }

        _asked.TrySetResult();
        try
        {
            await _last(context);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Who asked has left.
        }
    }
}

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Tools;

namespace OpenInteractions.Bench.Provider;

/// <summary>The fake provider in its own process: OpenAI Chat Completions, prepared bytes, next to no CPU.</summary>
internal static class ProviderHost
{
    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(args, ["--urls", "--chunk-tokens"], []);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(options.Url("--urls").ToString());
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;      // A stalled reader is one of the things that are measured.
        });
        await using var app = builder.Build();

        using var wheel = new TokenWheel();
        var chat = new ChatEndpoint(wheel, options.Number("--chunk-tokens", 1), options.Url("--urls"));
        var models = Encoding.UTF8.GetBytes(
            $$"""{"object":"list","data":[{{string.Join(',', BenchModel.Ids.Select(id =>
                $$"""{"id":"{{id}}","object":"model","created":1700000000,"owned_by":"bench"}"""))}}]}""");

        app.MapPost("/v1/chat/completions", (RequestDelegate)chat.AnswerAsync);
        app.MapGet("/v1/models", (RequestDelegate)(context => ChatEndpoint.JsonAsync(context, StatusCodes.Status200OK, models)));
        app.MapGet(ProviderCounts.Path, (RequestDelegate)(context => ChatEndpoint.JsonAsync(context, StatusCodes.Status200OK, chat.Counts.ToJson())));
        app.MapPost(ProviderCounts.LetGoPath, (RequestDelegate)(context =>
        {
            chat.LetGo();
            return ChatEndpoint.JsonAsync(context, StatusCodes.Status200OK, chat.Counts.ToJson());
        }));
        new ToolEndpoints().Map(app);
        app.MapGet("/readyz", (RequestDelegate)(context => ChatEndpoint.JsonAsync(context, StatusCodes.Status200OK, "{}"u8.ToArray())));

        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        var turning = wheel.TurnAsync(lifetime.ApplicationStopping);
        await app.StartAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"provider on {options.Url("--urls")}"));
        await ParentProcess.StopWithAsync(lifetime);
        try
        {
            await turning;
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // The wheel stops with the host.
        }

        return 0;
    }
}

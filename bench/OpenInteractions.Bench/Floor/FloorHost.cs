using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Provider;

namespace OpenInteractions.Bench.Floor;

/// <summary>The floor: what this machine needs to forward a model call with Kestrel and HttpClient when nothing is read,
/// checked or stored. Every figure of the server is given as a ratio to it.</summary>
internal static class FloorHost
{
    /// <summary><c>GET</c> answers what the last <c>PUT</c> brought.</summary>
    public const string EchoPath = "/echo";

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options.Parse(args, ["--urls", "--provider"], []);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(options.Url("--urls").ToString());
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinResponseDataRate = null;
        });
        await using var app = builder.Build();

        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
        };
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        var upstream = new Uri(options.Url("--provider"), "/v1/chat/completions");

        app.MapPost("/v1/chat/completions", (RequestDelegate)(context => ForwardAsync(context, client, upstream)));
        // What reading something costs at least: a body of the same size that is there already.
        var echo = Array.Empty<byte>();
        app.MapGet(EchoPath, (RequestDelegate)(context => ChatEndpoint.JsonAsync(context, StatusCodes.Status200OK, echo)));
        app.MapPut(EchoPath, (RequestDelegate)(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            echo = body.ToArray();
        }));
        app.MapGet("/readyz", (RequestDelegate)(context =>
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            return Task.CompletedTask;
        }));

        await app.StartAsync();
        Console.WriteLine($"floor on {options.Url("--urls")}");
        await ParentProcess.StopWithAsync(app.Services.GetRequiredService<IHostApplicationLifetime>());
        return 0;
    }

    private static async Task ForwardAsync(HttpContext context, HttpClient client, Uri upstream)
    {
        var gone = context.RequestAborted;
        using var request = new HttpRequestMessage(HttpMethod.Post, upstream) { Content = new StreamContent(context.Request.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentLength = context.Request.ContentLength;
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone);
        var type = answer.Content.Headers.ContentType;
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = type?.ToString();
        context.Response.ContentLength = answer.Content.Headers.ContentLength;
        await using var body = await answer.Content.ReadAsStreamAsync(gone);
        if (type?.MediaType != "text/event-stream")
        {
            await body.CopyToAsync(context.Response.Body, gone);
            return;
        }

        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        var writer = context.Response.BodyWriter;
        try
        {
            while (await body.ReadAsync(writer.GetMemory(), gone) is var read and > 0)
            {
                writer.Advance(read);
                await writer.FlushAsync(gone);
            }
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // The reader left; leaving this method ends the call to the provider.
        }
    }
}

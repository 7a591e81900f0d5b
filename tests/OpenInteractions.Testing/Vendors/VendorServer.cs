using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Testing.Vendors;

/// <summary>
/// A fake of a vendor's service on a real socket, so that cut streams, half frames, resets and silence are real too.
/// A request is first held against the vendor's rules (<see cref="IVendor.Refuse"/>), then against its fixed answers, then it takes the
/// next scripted reply, and when none is left the vendor answers from the content of the request.
/// </summary>
public sealed class VendorServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly IVendor _vendor;
    private readonly Lock _lock = new();
    private readonly Queue<Func<VendorRequest, VendorReply>> _script = new();
    private readonly List<VendorRequest> _requests = [];
    private readonly List<(VendorRequest Request, VendorReply Reply)> _refusals = [];
    private readonly Dictionary<int, TaskCompletionSource<VendorRequest>> _awaited = [];

    private VendorServer(WebApplication app, IVendor vendor)
    {
        _app = app;
        _vendor = vendor;
    }

    /// <summary>The address with a trailing slash, for example <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Every request so far, in order of arrival, refused ones too.</summary>
    public IReadOnlyList<VendorRequest> Requests { get { lock (_lock) { return [.. _requests]; } } }

    /// <summary>The requests that broke one of the vendor's rules, with the vendor's answer.</summary>
    public IReadOnlyList<(VendorRequest Request, VendorReply Reply)> Refusals { get { lock (_lock) { return [.. _refusals]; } } }

    /// <summary>Whether every scripted reply was taken.</summary>
    public bool ScriptIsDone { get { lock (_lock) { return _script.Count == 0; } } }

    public static async Task<VendorServer> StartAsync(IVendor vendor)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new VendorServer(app, vendor);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.Single() + "/");
        return server;
    }

    public void Enqueue(VendorReply reply) => Enqueue(_ => reply);

    /// <summary>A reply made when its request arrives, for example as a stream or as one body, as the request asks.</summary>
    public void Enqueue(Func<VendorRequest, VendorReply> reply)
    {
        lock (_lock)
        {
            _script.Enqueue(reply);
        }
    }

    /// <summary>Waits until request <paramref name="number"/> (from 1) has arrived whole.</summary>
    public async Task<VendorRequest> RequestAsync(int number)
    {
        TaskCompletionSource<VendorRequest>? awaited;
        lock (_lock)
        {
            if (_requests.Count >= number)
            {
                return _requests[number - 1];
            }

            if (!_awaited.TryGetValue(number, out awaited))
            {
                _awaited[number] = awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        try
        {
            return await awaited.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Request {number} to the fake vendor never came; {Requests.Count} arrived.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Replies that still hang are of no interest any more: abort them instead of draining.
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        VendorRequest request;
        try
        {
            request = await ReceiveAsync(context);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException)
        {
            return; // the caller left in the middle of its own request
        }

        try
        {
            await SendAsync(context, Choose(request));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller left; request.CallerLeft says so.
        }
    }

    private async Task<VendorRequest> ReceiveAsync(HttpContext context)
    {
        var received = await VendorRequest.ReadAsync(number: 0, context);
        TaskCompletionSource<VendorRequest>? awaited;
        lock (_lock)
        {
            received = received with { Number = _requests.Count + 1 };
            _requests.Add(received);
            _awaited.Remove(received.Number, out awaited);
        }

        awaited?.TrySetResult(received);
        return received;
    }

    private VendorReply Choose(VendorRequest request)
    {
        if (_vendor.Refuse(request) is { } refusal)
        {
            lock (_lock)
            {
                _refusals.Add((request, refusal));
            }

            return refusal;
        }

        if (_vendor.AnswerFixed(request) is { } answer)
        {
            return answer;
        }

        Func<VendorRequest, VendorReply>? scripted;
        lock (_lock)
        {
            _script.TryDequeue(out scripted);
        }

        return scripted is null ? _vendor.Respond(request) : scripted(request);
    }

    private static async Task SendAsync(HttpContext context, VendorReply reply)
    {
        var gone = context.RequestAborted;
        if (reply.Before is { } before)
        {
            await before.PassAsync(gone);
        }

        if (reply.Parts is [ReplyPart.Cut { Reset: true }])
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers.Append(name, value);
        }

        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await context.Response.StartAsync(gone);
        await context.Response.Body.FlushAsync(gone);
        foreach (var part in reply.Parts)
        {
            switch (part)
            {
                case ReplyPart.Bytes(var value):
                    await context.Response.Body.WriteAsync(value, gone);
                    await context.Response.Body.FlushAsync(gone);
                    break;
                case ReplyPart.Hang(var gate):
                    await gate.PassAsync(gone);
                    break;
                case ReplyPart.Cut:
                    // Kestrel sends what was written and closes without the end mark of the body, as a dying vendor does.
                    throw new ConnectionCutException();
            }
        }
    }

    private sealed class ConnectionCutException() : Exception("The script cuts the connection here.");
}

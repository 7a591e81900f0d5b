using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Workers;
using OpenInteractions.Engine.Workers;
using OpenInteractions.Sandboxes.Linux;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>A worker: keeps a connection to its server, and makes it anew when it is cut. It only ever makes connections, and takes none.</summary>
public static class WorkerHost
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Serves until it is to leave.</summary>
    /// <param name="settings">How.</param>
    /// <param name="leaving">It is to leave: what runs is stopped first.</param>
    /// <exception cref="WorkerRefusedException">It cannot work; trying again would not help.</exception>
    public static async Task RunAsync(WorkerSettings settings, CancellationToken leaving)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _ = WorkerDirectory.OwnerOf(settings.Directory);
        using var engine = Open(settings);
        foreach (var found in await engine.ReapAsync(leaving))
        {
            settings.Log($"Left by an earlier process and removed: {found}");
        }

        var report = await engine.PreflightAsync(leaving);
        if (!report.CanStart)
        {
            throw new WorkerRefusedException("No sandbox starts on this machine: " + string.Join(' ', report.Checks.Where(c => c.State == PreflightState.Missing).Select(c => $"'{c.Name}': {c.Finding} {c.Remedy}")));
        }

        using var http = new HttpMessageInvoker(Handler(settings));
        var holder = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var pause = FirstPause;
        while (!leaving.IsCancellationRequested)
        {
            var since = TimeProvider.System.GetTimestamp();
            try
            {
                await ServeAsync(engine, settings, http, holder, leaving);
            }
            catch (Exception exception) when (exception is HttpRequestException or WebSocketException or IOException or JsonException or OperationCanceledException && !leaving.IsCancellationRequested)
            {
                settings.Log(exception is OperationCanceledException ? "The server did not answer in time." : exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            pause = TimeProvider.System.GetElapsedTime(since) > LongestPause ? FirstPause : pause;
            if (!leaving.IsCancellationRequested)
            {
                // Not all at once, after the server of many was away.
                var wait = pause * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 1000.0));
                settings.Log(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Trying again in {wait.TotalSeconds:0.0} seconds."));
                await Task.Delay(wait, leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Tries each wall and limit of this machine.</summary>
    /// <param name="directory">Where disks lie, absolute.</param>
    /// <param name="accept">Walls and limits that are given up.</param>
    /// <param name="cancellationToken">Ends the trial.</param>
    public static async Task<PreflightReport> CheckAsync(string directory, IReadOnlyList<string> accept, CancellationToken cancellationToken)
    {
        using var engine = Open(new WorkerSettings { Server = new Uri("http://localhost"), Key = "", Directory = directory, Accept = accept, Log = _ => { } });
        return await engine.PreflightAsync(cancellationToken);
    }

    private static BubblewrapEngine Open(WorkerSettings settings)
    {
        var options = new SandboxOptions { Directory = settings.Directory };
        options.Accept.AddRange(settings.Accept);
        return options.Problems().FirstOrDefault() is { } problem ? throw new WorkerRefusedException(problem) : new BubblewrapEngine(options);
    }

    private static async Task ServeAsync(BubblewrapEngine engine, WorkerSettings settings, HttpMessageInvoker http, string holder, CancellationToken leaving)
    {
        var lease = await LeaseAsync(settings, http, holder, leaving);
        WorkerDirectory.Own(settings.Directory, lease.Worker);
        var query = $"?epoch={lease.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        using var line = new Line(await ConnectAsync(settings, http, "connect" + query, leaving));
        Task<WebSocket> OpenAsync(string stream, CancellationToken cancellationToken) => ConnectAsync(settings, http, $"stream{query}&stream={Uri.EscapeDataString(stream)}", cancellationToken);
        string? why;
        void Say() => settings.Log($"Serving {settings.Server.GetLeftPart(UriPartial.Authority)} as {lease.Worker}, lease {lease.Epoch}.");
        await using (var session = new WorkerSession(engine, settings, line, OpenAsync, TimeSpan.FromSeconds(lease.LeaseSeconds), Say))
        {
            why = await session.RunAsync(leaving);
        }

        settings.Log(why is null ? "Left the server; no sandbox runs any more." : $"{why} Every sandbox was stopped.");
    }

    private static async Task<WorkerLease> LeaseAsync(WorkerSettings settings, HttpMessageInvoker http, string holder, CancellationToken leaving)
    {
        var asked = new WorkerLeaseRequest { Protocol = LeaseWorker.Protocol, Holder = holder, Directory = WorkerDirectory.NameOf(settings.Directory), Worker = WorkerDirectory.OwnerOf(settings.Directory) };
        using var request = new HttpRequestMessage(HttpMethod.Post, Route(settings, "lease")) { Content = JsonContent.Create(asked, WireJson.Wire.WorkerLeaseRequest) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.Key);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(leaving);
        late.CancelAfter(TimeSpan.FromSeconds(30));
        using var answer = await http.SendAsync(request, late.Token);
        if (answer.StatusCode == HttpStatusCode.OK)
        {
            return (await answer.Content.ReadFromJsonAsync(WireJson.Wire.WorkerLease, late.Token))!;
        }

        var message = await SentenceAsync(answer, late.Token);
        throw answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
            ? new WorkerRefusedException(message) // whoever runs it has to change something
            : new IOException(message);
    }

    private static async Task<string> SentenceAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        const int Longest = 64 * 1024;
        await answer.Content.LoadIntoBufferAsync(Longest, cancellationToken);
        try
        {
            using var body = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return Shown(body.RootElement.GetProperty("error").GetProperty("message").GetString() ?? "");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return $"The server answers {(int)answer.StatusCode}, and not in the words of OpenInteractions. Is the address right?";
        }
    }

    private static async Task<WebSocket> ConnectAsync(WorkerSettings settings, HttpMessageInvoker http, string route, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {settings.Key}");
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(15);
            socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(30);
            socket.Options.CollectHttpResponseDetails = true;
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(TimeSpan.FromSeconds(30));
            var address = new UriBuilder(Route(settings, route));
            address.Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
            await socket.ConnectAsync(address.Uri, http, late.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Uri Route(WorkerSettings settings, string route) => new($"{settings.Server.GetLeftPart(UriPartial.Path).TrimEnd('/')}/v1/workers:{route}");

    private static SocketsHttpHandler Handler(WorkerSettings settings)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false };
        if (settings.Authorities is { } file)
        {
            var trusted = new X509Certificate2Collection();
            try
            {
                trusted.ImportFromPemFile(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
            {
                throw new WorkerRefusedException($"'{file}' cannot be read as certificates (PEM): {exception.Message}");
            }

            var chain = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            chain.CustomTrustStore.AddRange(trusted);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = chain };
        }

        return handler;
    }

    private static string Shown(string text) => new([.. text.Take(1000).Select(c => char.IsControl(c) ? ' ' : c)]);
}

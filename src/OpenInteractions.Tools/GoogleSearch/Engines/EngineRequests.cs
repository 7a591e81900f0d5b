using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;

namespace OpenInteractions.Tools.GoogleSearch.Engines;

/// <summary>
/// Asks an engine over HTTP: within its time, bounded in size, and with one patience for engines that want to be asked less often. What went wrong is told in words
/// for the model, which hold neither address nor key.
/// </summary>
internal sealed class EngineRequests(IHttpClientFactory clients, IOptions<GoogleSearchOptions> options, TimeProvider time)
{
    /// <summary>The client whose requests pass the guard, which knows the engine's own address.</summary>
    public const string ClientName = "google_search";

    /// <summary>Bytes of an answer; twenty results have some tens of thousands.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private long _pausedUntil; // ticks of UTC

    /// <summary>Sends a request, again when the engine says when, and gives the JSON of its answer.</summary>
    /// <param name="request">Makes the request, each time anew.</param>
    /// <param name="cancellationToken">The call ends.</param>
    /// <exception cref="SearchFailedException">There is no answer.</exception>
    public async Task<JsonElement> AskAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        RequireNoPause();
        var began = time.GetTimestamp();
        using var patience = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            while (true)
            {
                using var message = request();
                message.Headers.Accept.ParseAdd("application/json");
                message.Headers.UserAgent.ParseAdd("OpenInteractions");
                using var response = await clients.CreateClient(ClientName).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (response.IsSuccessStatusCode)
                {
                    return await ReadAsync(response, either.Token);
                }

                if (WaitOf(response) is not { } wait)
                {
                    throw Refused(response.StatusCode);
                }

                if (time.GetElapsedTime(began) + wait >= options.Value.Timeout)
                {
                    Pause(wait);
                    throw new SearchFailedException($"The search engine takes no more requests now (HTTP {(int)response.StatusCode}). It can be asked again in {Seconds(wait)} seconds.");
                }

                await Task.Delay(wait, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SearchFailedException($"The search engine did not answer within {options.Value.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} seconds.");
        }
        catch (Exception exception) when (exception is Engine.Outbound.OutboundRefusedException)
        {
            throw new SearchFailedException("The search engine's address cannot be used: it redirects to another one that may not be reached, or too often.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new SearchFailedException("The search engine could not be reached, or broke off its answer.");
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (read.Length + count > MostBytes)
            {
                throw new SearchFailedException($"The search engine's answer was dropped: it has more than {MostBytes} bytes.");
            }

            read.Write(buffer, 0, count);
        }

        try
        {
            var json = JsonElement.Parse(read.GetBuffer().AsSpan(0, (int)read.Length));
            return json.ValueKind == JsonValueKind.Object ? json : throw NotUnderstood();
        }
        catch (JsonException)
        {
            throw NotUnderstood();
        }
    }

    /// <summary>An answer in another form than the engine's.</summary>
    public static SearchFailedException NotUnderstood() => new("The search engine's answer could not be understood.");

    private static SearchFailedException Refused(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new($"The search engine refused this server (HTTP {(int)status}). Its operator has to look at the key, or at what the engine allows."),
        >= HttpStatusCode.InternalServerError => new($"The search engine failed (HTTP {(int)status})."),
        _ => new($"The search engine refused the request (HTTP {(int)status})."),
    };

    /// <summary>How long to wait until the engine can be asked again; null when it did not say that it was asked too often.</summary>
    private TimeSpan? WaitOf(HttpResponseMessage response)
    {
        var isTooOften = response.StatusCode == HttpStatusCode.TooManyRequests;
        if (!isTooOften && !(response.StatusCode == HttpStatusCode.ServiceUnavailable && response.Headers.RetryAfter is not null))
        {
            return null;
        }

        var wait = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => ResetOf(response) ?? DefaultWait,
        };
        return wait < TimeSpan.FromMilliseconds(50) ? TimeSpan.FromMilliseconds(50) : wait;
    }

    /// <summary>Brave tells the seconds of each of its windows, the shortest first, and no <c>Retry-After</c>.</summary>
    private static TimeSpan? ResetOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-RateLimit-Reset", out var values) && int.TryParse(values.First().Split(',')[0].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private void Pause(TimeSpan wait) => Interlocked.Exchange(ref _pausedUntil, (time.GetUtcNow() + (wait < LongestPause ? wait : LongestPause)).UtcTicks);

    private void RequireNoPause()
    {
        var left = TimeSpan.FromTicks(Interlocked.Read(ref _pausedUntil) - time.GetUtcNow().UtcTicks);
        if (left > TimeSpan.Zero)
        {
            throw new SearchFailedException($"The search engine takes no more requests now. It can be asked again in {Seconds(left)} seconds.");
        }
    }

    private static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}

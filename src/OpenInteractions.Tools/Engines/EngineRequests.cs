using System.Globalization;
using System.Net;

namespace OpenInteractions.Tools.Engines;

/// <summary>
/// Asks an engine over HTTP: within its time, bounded in size, and with one patience for engines that want to be asked less often. What went wrong is told in words
/// for the model, which hold neither address nor key.
/// </summary>
internal sealed class EngineRequests(IHttpClientFactory clients, TimeProvider time, EngineTerms terms)
{
    /// <summary>Bytes of an answer; twenty results have some tens of thousands.</summary>
    public const int MostBytes = 2 * 1024 * 1024;

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    private long _pausedUntil; // ticks of UTC

    /// <summary>Sends a request, again when the engine says when, and gives the JSON of its answer.</summary>
    /// <param name="request">Makes the request, each time anew.</param>
    /// <param name="form">What the answer is: an object, or a list.</param>
    /// <param name="cancellationToken">The call ends.</param>
    /// <exception cref="EngineFailedException">There is no answer.</exception>
    public async Task<JsonElement> AskAsync(Func<HttpRequestMessage> request, JsonValueKind form, CancellationToken cancellationToken)
    {
        RequireNoPause();
        var began = time.GetTimestamp();
        using var patience = new CancellationTokenSource(terms.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            while (true)
            {
                using var message = request();
                message.Headers.Accept.ParseAdd("application/json");
                message.Headers.TryAddWithoutValidation("User-Agent", terms.UserAgent);
                using var response = await clients.CreateClient(terms.ClientName).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (response.IsSuccessStatusCode)
                {
                    return await ReadAsync(response, form, either.Token);
                }

                if (WaitOf(response) is not { } wait)
                {
                    throw Refused(response.StatusCode);
                }

                if (time.GetElapsedTime(began) + wait >= terms.Timeout)
                {
                    Pause(wait);
                    throw new EngineFailedException($"The {terms.Noun} takes no more requests now (HTTP {(int)response.StatusCode}). It can be asked again in {Seconds(wait)} seconds.");
                }

                await Task.Delay(wait, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineFailedException($"The {terms.Noun} did not answer within {terms.Timeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} seconds.");
        }
        catch (Exception exception) when (exception is Engine.Outbound.OutboundRefusedException)
        {
            throw new EngineFailedException($"The {terms.Noun}'s address cannot be used: it redirects to another one that may not be reached, or too often.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new EngineFailedException($"The {terms.Noun} could not be reached, or broke off its answer.");
        }
    }

    private async Task<JsonElement> ReadAsync(HttpResponseMessage response, JsonValueKind form, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int count; (count = await body.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (read.Length + count > MostBytes)
            {
                throw new EngineFailedException($"The {terms.Noun}'s answer was dropped: it has more than {MostBytes} bytes.");
            }

            read.Write(buffer, 0, count);
        }

        try
        {
            var json = JsonElement.Parse(read.GetBuffer().AsSpan(0, (int)read.Length));
            return json.ValueKind == form ? json : throw NotUnderstood();
        }
        catch (JsonException)
        {
            throw NotUnderstood();
        }
    }

    /// <summary>An answer in another form than the engine's.</summary>
    private EngineFailedException NotUnderstood() => new($"The {terms.Noun}'s answer could not be understood.");

    private EngineFailedException Refused(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new($"The {terms.Noun} refused this server (HTTP {(int)status}). Its operator has to look at the key, or at what the engine allows."),
        >= HttpStatusCode.InternalServerError => new($"The {terms.Noun} failed (HTTP {(int)status})."),
        _ => new($"The {terms.Noun} refused the request (HTTP {(int)status})."),
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
            throw new EngineFailedException($"The {terms.Noun} takes no more requests now. It can be asked again in {Seconds(left)} seconds.");
        }
    }

    private static string Seconds(TimeSpan wait) => Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}

/// <summary>How an engine is asked, and what it is called.</summary>
/// <param name="ClientName">The client whose requests pass the guard, which knows the engine's own address.</param>
/// <param name="Noun">What it is to the model: <c>search engine</c>.</param>
/// <param name="UserAgent">How this server names itself to it.</param>
/// <param name="Timeout">How long one question may take.</param>
internal sealed record EngineTerms(string ClientName, string Noun, string UserAgent, TimeSpan Timeout);

/// <summary>A question that an engine did not answer.</summary>
/// <param name="message">For the model: no address and no key of the engine.</param>
internal sealed class EngineFailedException(string message) : Exception(message);

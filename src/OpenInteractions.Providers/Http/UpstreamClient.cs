using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Calls one upstream. Everything that all vendors share is here: time-outs (P-7), retries before the first event (P-8), the broken stream
/// (P-9), translation and redaction of errors (protocols 6.7). An adapter brings the request and the reading.
/// </summary>
/// <param name="provider">The provider's name, for the log.</param>
internal sealed partial class UpstreamClient(string provider, IHttpClientFactory clients, UpstreamOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>The name under which the composition registers the client; see <see cref="UpstreamHttp.AddUpstreamHttp"/>.</summary>
    public const string ClientName = "OpenInteractions.Upstream";

    // How many times an adapter may change its request; more is an adapter that runs in circles.
    private const int MaxAdaptations = 6;

    public async IAsyncEnumerable<ModelEvent> StreamAsync(UpstreamCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var retries = new RetryBudget(options);
        var adaptations = 0;
        while (true)
        {
            await using var attempt = AttemptAsync(call, cancellationToken).GetAsyncEnumerator(cancellationToken);
            var begun = false;
            TimeSpan wait;
            while (true)
            {
                try
                {
                    if (!await attempt.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield break;
                    }
                }
                catch (UpstreamFailureException failure)
                {
                    if (!begun && adaptations < MaxAdaptations && call.Adapt(failure))
                    {
                        adaptations++;
                        wait = TimeSpan.Zero;
                        break;
                    }

                    if (!begun && retries.TryTake(failure, out wait))
                    {
                        LogRetry(provider, call.InteractionId, failure.Code, wait.TotalSeconds);
                        break;
                    }

                    throw failure.ToApiException();
                }

                begun = true;
                yield return attempt.Current;
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks for a JSON document, such as a list of models.</summary>
    /// <exception cref="ApiException">It could not be had.</exception>
    public async Task<JsonElement> GetJsonAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        var retries = new RetryBudget(options);
        while (true)
        {
            TimeSpan wait;
            try
            {
                using var response = await SendAsync(request(), options.FirstByteTimeout, "-", cancellationToken).ConfigureAwait(false);
                await using var body = await BodyAsync(response, options.FirstByteTimeout, cancellationToken).ConfigureAwait(false);
                return await new UpstreamResponse(response, body).JsonAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (UpstreamFailureException failure)
            {
                if (!retries.TryTake(failure, out wait))
                {
                    throw failure.ToApiException();
                }
            }

            await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<ModelEvent> AttemptAsync(UpstreamCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var firstByte = call.ServiceTier == "flex" ? options.FlexFirstByteTimeout : options.FirstByteTimeout;
        using var response = await SendAsync(call.Request(), firstByte, call.InteractionId, cancellationToken).ConfigureAwait(false);
        await using var body = await BodyAsync(response, firstByte, cancellationToken).ConfigureAwait(false);
        await using var reading = call.Read(new UpstreamResponse(response, body), cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(reading, call.InteractionId).ConfigureAwait(false))
        {
            yield return reading.Current;
        }
    }

    /// <summary>Well-formed JSON of another shape than the adapter knows is the upstream's nonsense, not our failure.</summary>
    private async Task<bool> MoveNextAsync(IAsyncEnumerator<ModelEvent> reading, string interactionId)
    {
        try
        {
            return await reading.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or JsonException)
        {
            LogNonsense(e, provider, interactionId);
            throw UpstreamFailureException.Malformed();
        }
    }

    private async Task<IdleTimeoutStream> BodyAsync(HttpResponseMessage response, TimeSpan firstByte, CancellationToken cancellationToken) =>
        new(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), firstByte, options.IdleTimeout, time);

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan firstByte, string interactionId, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var late = new CancellationTokenSource(firstByte, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
            HttpResponseMessage response;
            try
            {
                response = await clients.CreateClient(ClientName).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new UpstreamFailureException(ErrorCode.DeadlineExceeded, "The model provider did not answer in time.", isRetryable: false);
            }
            catch (Exception e) when ((e is HttpRequestException or IOException or OperationCanceledException) && !cancellationToken.IsCancellationRequested)
            {
                // A connect time-out arrives as a cancellation that nobody asked for.
                LogUnreachable(provider, interactionId, e.GetType().Name);
                throw new UpstreamFailureException(ErrorCode.ServiceUnavailable, "The model provider cannot be reached.", isRetryable: true);
            }

            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, interactionId, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<UpstreamFailureException> RefusalAsync(HttpResponseMessage response, string interactionId, CancellationToken cancellationToken)
    {
        using (response)
        {
            var error = await ReadErrorAsync(response, cancellationToken).ConfigureAwait(false);
            var failure = ErrorTranslation.FromStatus(error.IsAboutAccount ? 401 : (int)response.StatusCode, error, RetryWait.Asked(response.Headers, time));
            var requestId = response.Headers.TryGetValues("x-request-id", out var ids) || response.Headers.TryGetValues("request-id", out ids) ? ids.First() : "-";
            if (failure.Status is 401 or 402 or 403)
            {
                LogRejectedAccount(provider, interactionId, failure.Status.Value, requestId, Redaction.Clean(error.Message));
            }
            else
            {
                LogRefused(provider, interactionId, failure.Status!.Value, requestId, Redaction.Clean(error.Message));
            }

            return failure;
        }
    }

    private async Task<UpstreamError> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        const int Limit = 64 * 1024;
        await using var body = await BodyAsync(response, options.IdleTimeout, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[Limit];
        try
        {
            var length = await body.ReadAtLeastAsync(buffer, Limit, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return UpstreamError.Read(buffer.AsMemory(0, length));
        }
        catch (UpstreamFailureException)
        {
            return UpstreamError.Read(default); // the status says enough
        }
    }
}

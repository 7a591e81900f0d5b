using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace OpenInteractions.Providers.Http;

/// <summary>
/// Calls one upstream. Everything that all vendors share is here: time-outs (P-7), retries before the first event (P-8), the broken stream
/// (P-9), translation and redaction of errors (protocols 6.7). An adapter brings the request and the reading.
/// </summary>
/// <param name="provider">The provider's name, for the log.</param>
internal sealed partial class UpstreamClient(string provider, IHttpMessageHandlerFactory handlers, UpstreamOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>The name under which the composition registers the client; see <see cref="UpstreamHttp.AddUpstreamHttp"/>.</summary>
    public const string ClientName = "OpenInteractions.Upstream";

    // How many times an adapter may change its request; more is an adapter that runs in circles.
    private const int MaxAdaptations = 6;

    /// <summary>A list of models, or the vectors of many texts: what they may have has nothing to do with how much a turn may give.</summary>
    private const long MaxDocument = 64 * 1024 * 1024;

    private const int MaxError = 64 * 1024;

    /// <summary>
    /// One for all calls: the handler below it is kept for ever, and renews its connections by itself. A client around it would link every token once
    /// more, for a time-out and for a cancellation of all calls that are not used.
    /// </summary>
    private readonly Lazy<HttpMessageInvoker> _http = new(() => new HttpMessageInvoker(handlers.CreateHandler(ClientName), disposeHandler: false));

    public async IAsyncEnumerable<ModelEvent> StreamAsync(UpstreamCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var retries = new RetryBudget(options);
        var adaptations = 0;
        var begun = false;
        var events = new List<ModelEvent>();
        UpstreamAttempt? attempt = null;
        try
        {
            while (true)
            {
                events.Clear();
                bool more;
                try
                {
                    attempt ??= await BeginAsync(call, cancellationToken).ConfigureAwait(false);
                    more = await attempt.ReadAsync(events, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is UpstreamFailureException || (attempt is not null && IsNonsense(exception)))
                {
                    var failure = exception as UpstreamFailureException ?? Nonsense(exception, call.InteractionId);
                    var wait = TimeSpan.Zero;
                    if (!begun && adaptations < MaxAdaptations && call.Adapt(failure))
                    {
                        adaptations++;
                    }
                    else if (!begun && retries.TryTake(failure, out wait))
                    {
                        LogRetry(provider, call.InteractionId, failure.Code, wait.TotalSeconds);
                    }
                    else
                    {
                        throw failure.ToApiException();
                    }

                    attempt?.Dispose();
                    attempt = null;
                    await Task.Delay(wait, time, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                if (!call.IsFollowed)
                {
                    TextPieces.Join(events);
                }

                foreach (var modelEvent in events)
                {
                    begun = true;
                    yield return modelEvent;
                }

                if (!more)
                {
                    yield break;
                }
            }
        }
        finally
        {
            attempt?.Dispose();
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
                using var watch = new SilenceWatch(time, cancellationToken);
                using var response = await SendAsync(request(), watch, options.FirstByteTimeout, "-", cancellationToken).ConfigureAwait(false);
                await using var body = await BodyAsync(response, watch, options.FirstByteTimeout, MaxDocument, cancellationToken).ConfigureAwait(false);
                return await UpstreamJson.ReadAsync(body, cancellationToken).ConfigureAwait(false);
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

    private async Task<UpstreamAttempt> BeginAsync(UpstreamCall call, CancellationToken cancellationToken)
    {
        var firstByte = call.ServiceTier == "flex" ? options.FlexFirstByteTimeout : options.FirstByteTimeout;
        var watch = new SilenceWatch(time, cancellationToken);
        HttpResponseMessage? response = null;
        try
        {
            response = await SendAsync(call.Request(), watch, firstByte, call.InteractionId, cancellationToken).ConfigureAwait(false);
            var most = UpstreamAttempt.IsWhole(response) ? options.MaxAnswerBytes : options.MaxStreamBytes;
            var body = await BodyAsync(response, watch, firstByte, most, cancellationToken).ConfigureAwait(false);
            var answer = call.Answer();
            call.Meter.Follow(() => answer.UsageSoFar);
            return new UpstreamAttempt(response, body, answer, watch, options.MaxAnswerBytes);
        }
        catch
        {
            response?.Dispose();
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Well-formed JSON of another shape than the adapter knows is the upstream's nonsense, not our failure.</summary>
    private static bool IsNonsense(Exception exception) => exception is InvalidOperationException or KeyNotFoundException or FormatException or JsonException;

    private UpstreamFailureException Nonsense(Exception exception, string interactionId)
    {
        LogNonsense(exception, provider, interactionId);
        return UpstreamFailureException.Malformed();
    }

    private async Task<WatchedBody> BodyAsync(HttpResponseMessage response, SilenceWatch watch, TimeSpan firstByte, long most, CancellationToken cancellationToken) =>
        new(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), watch, firstByte, options.IdleTimeout, most, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, SilenceWatch watch, TimeSpan firstByte, string interactionId, CancellationToken cancellationToken)
    {
        using (request)
        {
            HttpResponseMessage response;
            watch.Wait(firstByte);
            try
            {
                response = await _http.Value.SendAsync(request, watch.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (IsOfTransport(e) && cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken); // a connection that is cut in that moment tells it in its own way
            }
            catch (Exception e) when (IsOfTransport(e) && watch.HasEnded)
            {
                throw new UpstreamFailureException(ErrorCode.DeadlineExceeded, "The model provider did not answer in time.", isRetryable: false);
            }
            catch (Exception e) when (IsOfTransport(e))
            {
                // A connect time-out arrives as a cancellation that nobody asked for.
                LogUnreachable(provider, interactionId, e.GetType().Name);
                throw new UpstreamFailureException(ErrorCode.ServiceUnavailable, "The model provider cannot be reached.", isRetryable: true);
            }
            finally
            {
                watch.Rest();
            }

            return response.IsSuccessStatusCode ? response : throw await RefusalAsync(response, watch, interactionId, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsOfTransport(Exception exception) => exception is HttpRequestException or IOException or OperationCanceledException;

    private async Task<UpstreamFailureException> RefusalAsync(HttpResponseMessage response, SilenceWatch watch, string interactionId, CancellationToken cancellationToken)
    {
        using (response)
        {
            var error = await ReadErrorAsync(response, watch, cancellationToken).ConfigureAwait(false);
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

    private async Task<UpstreamError> ReadErrorAsync(HttpResponseMessage response, SilenceWatch watch, CancellationToken cancellationToken)
    {
        await using var body = await BodyAsync(response, watch, options.IdleTimeout, MaxError, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxError];
        try
        {
            var length = await body.ReadAtLeastAsync(buffer, MaxError, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            return UpstreamError.Read(buffer.AsMemory(0, length));
        }
        catch (UpstreamFailureException)
        {
            return UpstreamError.Read(default); // the status says enough
        }
    }
}

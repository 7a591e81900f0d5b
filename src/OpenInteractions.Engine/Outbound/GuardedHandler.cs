using System.Net;

namespace OpenInteractions.Engine.Outbound;

/// <summary>
/// Checks the address of each request before it is sent, and follows redirects itself: each one is checked like the first request. To another
/// origin only what reads is followed, and without what the caller set: a redirect must not carry a key, or what was to be written, to somebody else.
/// </summary>
internal sealed class GuardedHandler(OutboundGuard guard, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const int MaxRedirects = 5;

    /// <summary>What says nothing about the caller.</summary>
    private static readonly string[] Neutral = ["Accept", "Accept-Encoding", "Accept-Language", "User-Agent"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var current = request;
        for (var redirects = 0; ; redirects++)
        {
            var response = await SendCheckedAsync(current, cancellationToken);
            if (Target(current, response) is not { } target)
            {
                return response;
            }

            response.Dispose();
            current = redirects < MaxRedirects
                ? Follow(current, target, response.StatusCode)
                : throw new OutboundRefusedException($"The address was refused: it redirects more than {MaxRedirects} times.") { IsUnsafe = false };
        }
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (guard.FaultOf(request.RequestUri!) is { } fault)
        {
            throw new OutboundRefusedException($"The address was refused: {fault}.");
        }

        if (request.Version.Major > 2)
        {
            request.Version = HttpVersion.Version20; // QUIC would not go through the guard's connections
        }

        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.InnerException is OutboundRefusedException refused)
        {
            throw refused; // the connection pool wraps what its connections throw
        }
    }

    private static Uri? Target(HttpRequestMessage request, HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
            ? Uri.TryCreate(request.RequestUri!, location, out var target) ? target : throw new OutboundRefusedException("The address was refused: it redirects to something that is no address.") { IsUnsafe = false }
            : null;

    private static HttpRequestMessage Follow(HttpRequestMessage from, Uri target, HttpStatusCode status)
    {
        var origin = from.RequestUri!;
        if (origin.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
        {
            throw new OutboundRefusedException("The address was refused: it redirects from https to an address that is not https.");
        }

        var isSameOrigin = origin.Scheme == target.Scheme && origin.IdnHost == target.IdnHost && origin.Port == target.Port;
        var keepsMethod = from.Method == HttpMethod.Get || from.Method == HttpMethod.Head || status is HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!keepsMethod || (!isSameOrigin && from.Content is not null))
        {
            throw new OutboundRefusedException("The address was refused: it redirects a request that sends something. Use the address that it redirects to.");
        }

        var next = new HttpRequestMessage(from.Method, target) { Content = from.Content, Version = from.Version };
        foreach (var header in from.Headers.NonValidated)
        {
            if (header.Key != "Host" && (isSameOrigin || Neutral.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
            {
                next.Headers.TryAddWithoutValidation(header.Key, header.Value);
            }
        }

        return next;
    }
}

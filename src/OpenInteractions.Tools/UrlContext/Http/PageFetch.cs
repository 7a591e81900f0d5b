using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Tools.Documents;

namespace OpenInteractions.Tools.UrlContext.Http;

/// <summary>Asks sites for pages. Every request, and every redirect, goes through the outbound guard.</summary>
internal sealed class PageFetch(IHttpClientFactory clients, IOptions<UrlContextOptions> settings)
{
    private readonly UrlContextOptions _options = settings.Value;

    /// <summary>One request, or those that its redirects lead to.</summary>
    /// <param name="url">The address.</param>
    /// <param name="validators">Of the version that is at hand, or null.</param>
    /// <param name="cancellationToken">Ends the run, or the time for the page.</param>
    /// <param name="cutAt">The body is read so far and no further; null: it is refused when it is longer than a page may be.</param>
    /// <exception cref="HttpRequestException">There is no answer, or the guard refuses.</exception>
    /// <exception cref="IOException">The answer broke off.</exception>
    /// <exception cref="UnreadableDocumentException">It is too large, or encoded in an unknown way.</exception>
    public async Task<FetchedPage> GetAsync(Uri url, Validators? validators, CancellationToken cancellationToken, int? cutAt = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.TryAddWithoutValidation("User-Agent", _options.UserAgent);
        request.Headers.TryAddWithoutValidation("Accept", "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, */*;q=0.8");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", BodyDecoding.Accepted);
        AddConditions(request.Headers, validators);

        using var client = clients.CreateClient(OutboundHttp.ClientName);
        client.Timeout = Timeout.InfiniteTimeSpan; // the caller's token is the limit
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var final = response.RequestMessage?.RequestUri ?? url;
        var content = response.Content.Headers;
        var body = response.IsSuccessStatusCode && response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.ResetContent)
            ? await BodyDecoding.ReadAsync(response.Content, cutAt ?? _options.MaxPageBytes, isCut: cutAt is not null, cancellationToken)
            : default;
        return new FetchedPage(
            final,
            response.StatusCode,
            content.ContentType?.MediaType?.ToLowerInvariant(),
            content.ContentType?.CharSet?.Trim('"', '\''),
            body,
            new Validators(final, Raw(response.Headers, "ETag"), Raw(content, "Last-Modified")),
            Freshness.Of(response, wasRedirected: final != url));
    }

    private static void AddConditions(HttpRequestHeaders headers, Validators? validators)
    {
        if (validators?.ETag is { } tag)
        {
            headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        if (validators?.LastModified is { } modified)
        {
            headers.TryAddWithoutValidation("If-Modified-Since", modified);
        }
    }

    // As it came: what a site calls a mark need not be one by the book.
    private static string? Raw(HttpHeaders headers, string name) => headers.NonValidated.TryGetValues(name, out var values) && values.Count == 1 ? values.ToString() : null;
}

using System.Net.Http.Headers;

namespace OpenInteractions.Tools.UrlContext.Http;

/// <summary>How long a page may be taken without asking its site (RFC 9111).</summary>
/// <param name="MayBeKept">False when the site says that nothing of it may be kept.</param>
/// <param name="Lifetime">How long from when it came; zero when the site is to be asked each time.</param>
internal readonly record struct Freshness(bool MayBeKept, TimeSpan Lifetime)
{
    /// <param name="response">The answer.</param>
    /// <param name="wasRedirected">A redirect may lead elsewhere the next time, so the site is asked again.</param>
    public static Freshness Of(HttpResponseMessage response, bool wasRedirected)
    {
        var control = response.Headers.CacheControl;
        if (control is { NoStore: true } || response.Headers.Vary.Contains("*"))
        {
            return new Freshness(MayBeKept: false, TimeSpan.Zero);
        }

        if (wasRedirected || control is { NoCache: true })
        {
            return new Freshness(MayBeKept: true, TimeSpan.Zero);
        }

        // This cache serves one project: it is a private one, and 's-maxage' is not for it.
        var lifetime = control?.MaxAge ?? Expiry(response);
        var left = lifetime - (response.Headers.Age ?? TimeSpan.Zero);
        return new Freshness(MayBeKept: true, left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    // Measured by the site's own clock. No guess is made for pages that say nothing: they are asked about again.
    private static TimeSpan Expiry(HttpResponseMessage response) =>
        response.Content.Headers.Expires is { } expires && response.Headers.Date is { } date ? expires - date : TimeSpan.Zero;
}

using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace OpenInteractions.Providers.Http;

/// <summary>How long to wait before a call is made again (P-8).</summary>
internal static class RetryWait
{
    /// <summary>What the upstream asks for: <c>retry-after-ms</c>, or <c>retry-after</c> in seconds or as a date.</summary>
    public static TimeSpan? Asked(HttpResponseHeaders headers, TimeProvider time)
    {
        if (headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and < 86_400_000)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        var wait = headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => Fraction(headers),
        };
        return wait is { } given && given < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The wait before attempt <paramref name="retry"/> (0 = first repetition): what was asked, else doubled with jitter so that callers do not come back together.</summary>
    public static TimeSpan Next(int retry, TimeSpan? asked, UpstreamOptions options)
    {
        if (asked is { } wait)
        {
            return wait;
        }

        var full = Math.Min(options.RetryDelay.TotalMilliseconds * Math.Pow(2, retry), options.MaxRetryDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (0.75 + (RandomNumberGenerator.GetInt32(0, 501) / 1000.0)));
    }

    // Fractions of a second are not HTTP, but they are sent.
    private static TimeSpan? Fraction(HttpResponseHeaders headers) =>
        headers.TryGetValues("retry-after", out var values)
        && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400
            ? TimeSpan.FromSeconds(seconds)
            : null;
}

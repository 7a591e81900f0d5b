using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Tools.Documents;
using OpenInteractions.Tools.UrlContext.Http;

namespace OpenInteractions.Tools.UrlContext.Robots;

/// <summary>The <c>robots.txt</c> of sites, read once and kept for a while, each for the project that asked.</summary>
internal sealed class RobotsFiles(PageFetch fetch, IOptions<UrlContextOptions> settings, TimeProvider time)
{
    private const int MaxKept = 2000;

    // What RFC 9309 asks of robots: at least so much is read, and it is asked for again after a day.
    private const int MaxLength = 500 * 1024;
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    // A site that could not answer is asked again soon.
    private static readonly TimeSpan KeptAfterFailure = TimeSpan.FromMinutes(1);

    private readonly UrlContextOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Project, string Site), (RobotsRules Rules, long Came, TimeSpan For)> _kept = [];

    /// <exception cref="OutboundRefusedException">The guard does not let the site be asked.</exception>
    public async Task<bool> AllowsAsync(string project, Uri url, CancellationToken cancellationToken)
    {
        if (_options.Robots == RobotsPolicy.Ignore)
        {
            return true;
        }

        var key = (project, url.GetLeftPart(UriPartial.Authority));
        if (Find(key) is { } kept)
        {
            return kept.Allows(url);
        }

        var (rules, keptFor) = await ReadAsync(new Uri(url, "/robots.txt"), cancellationToken);
        lock (_gate)
        {
            if (_kept.Count >= MaxKept)
            {
                _kept.Remove(_kept.MinBy(k => k.Value.Came).Key);
            }

            _kept[key] = (rules, time.GetTimestamp(), keptFor);
        }

        return rules.Allows(url);
    }

    private RobotsRules? Find((string, string) key)
    {
        lock (_gate)
        {
            return _kept.TryGetValue(key, out var kept) && time.GetElapsedTime(kept.Came) < kept.For ? kept.Rules : null;
        }
    }

    /// <summary>No file allows everything; a site that fails to say disallows everything (RFC 9309, 2.3.1).</summary>
    private async Task<(RobotsRules Rules, TimeSpan For)> ReadAsync(Uri file, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await fetch.GetAsync(file, validators: null, cancellationToken);
            if (answer.Status < HttpStatusCode.BadRequest)
            {
                var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, MaxLength)]);
                return (RobotsRules.Parse(text.TrimStart('\uFEFF'), _options.RobotsToken), KeptFor);
            }

            return answer.Status < HttpStatusCode.InternalServerError && answer.Status != HttpStatusCode.TooManyRequests
                ? (RobotsRules.AllowAll, KeptFor)
                : (RobotsRules.DisallowAll, KeptAfterFailure);
        }
        catch (UnreadableDocumentException)
        {
            return (RobotsRules.AllowAll, KeptFor); // too large or packed wrongly: there is nothing to go by
        }
    }
}

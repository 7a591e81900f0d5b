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

    /// <summary>Most bytes of rules that are kept; those that were used longest ago go first.</summary>
    public const long MaxKeptBytes = 16 * 1024 * 1024;

    // What RFC 9309 asks of robots: at least so much is read, and it is asked for again after a day.
    private const int MaxLength = 500 * 1024;
    private static readonly TimeSpan KeptFor = TimeSpan.FromHours(24);

    // A site that could not answer is asked again soon.
    private static readonly TimeSpan KeptAfterFailure = TimeSpan.FromMinutes(1);

    private readonly UrlContextOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly LinkedList<Kept> _used = new(); // the one used last is at the end
    private readonly Dictionary<(string Project, string Site), LinkedListNode<Kept>> _kept = [];

    /// <summary>About the bytes that the rules take which are kept.</summary>
    public long KeptBytes { get; private set; }

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
            Remove(key);
            var fresh = new Kept(key, rules, time.GetTimestamp(), keptFor, rules.Size + (2L * (key.Item1.Length + key.Item2.Length)));
            _kept[key] = _used.AddLast(fresh);
            KeptBytes += fresh.Size;
            while (_kept.Count > MaxKept || KeptBytes > MaxKeptBytes)
            {
                Remove(_used.First!.Value.Key);
            }
        }

        return rules.Allows(url);
    }

    private RobotsRules? Find((string, string) key)
    {
        lock (_gate)
        {
            if (!_kept.TryGetValue(key, out var node) || time.GetElapsedTime(node.Value.Came) >= node.Value.For)
            {
                return null;
            }

            _used.Remove(node);
            _used.AddLast(node);
            return node.Value.Rules;
        }
    }

    private void Remove((string, string) key)
    {
        if (_kept.Remove(key, out var node))
        {
            _used.Remove(node);
            KeptBytes -= node.Value.Size;
        }
    }

    /// <summary>No file allows everything; a site that fails to say disallows everything (RFC 9309, 2.3.1).</summary>
    private async Task<(RobotsRules Rules, TimeSpan For)> ReadAsync(Uri file, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await fetch.GetAsync(file, validators: null, cancellationToken, cutAt: MaxLength);
            if (answer.Status < HttpStatusCode.BadRequest)
            {
                var text = Encoding.UTF8.GetString(answer.Body.Span);
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

    private sealed record Kept((string Project, string Site) Key, RobotsRules Rules, long Came, TimeSpan For, long Size);
}

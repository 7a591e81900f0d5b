using Microsoft.Extensions.Options;
using OpenInteractions.Tools.UrlContext.Http;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>
/// Pages that were read, each for the project that read it: what one project reads is nothing that another may learn of. Bounded for each project and for all;
/// the page that was used longest ago goes first.
/// </summary>
internal sealed class PageCache(IOptions<UrlContextOptions> settings, TimeProvider time)
{
    private readonly UrlContextOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _used = new(); // the one used last is at the end
    private readonly Dictionary<(string Project, Uri Url), LinkedListNode<Entry>> _entries = [];
    private readonly Dictionary<string, long> _bytesOf = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>A page, and whether it may be taken without asking; null when it is not kept.</summary>
    public KeptPage? Find(string project, Uri url)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue((project, url), out var node))
            {
                return null;
            }

            _used.Remove(node);
            _used.AddLast(node);
            return new KeptPage(node.Value.Page, node.Value.Validators, time.GetElapsedTime(node.Value.Came) < node.Value.Lifetime);
        }
    }

    /// <summary>Keeps what was read in place of what was there; a page that may not be kept takes away the one before.</summary>
    public void Keep(string project, Uri url, Page page, FetchedPage fetched)
    {
        var lifetime = fetched.Freshness.Lifetime < _options.MaxCacheAge ? fetched.Freshness.Lifetime : _options.MaxCacheAge;
        var size = Size(page) + (2L * url.OriginalString.Length);
        var isOfUse = page.Status is PageStatus.Success or PageStatus.Paywall && (lifetime > TimeSpan.Zero || fetched.Validators.Any);
        lock (_gate)
        {
            Remove(project, url);
            if (!fetched.Freshness.MayBeKept || !isOfUse || size > Math.Min(_options.CacheBytes, _options.CacheBytesPerProject))
            {
                return;
            }

            _entries[(project, url)] = _used.AddLast(new Entry(project, url, page, fetched.Validators, time.GetTimestamp(), lifetime, size));
            Count(project, size);
            while (_bytes > _options.CacheBytes || _bytesOf[project] > _options.CacheBytesPerProject)
            {
                var oldest = _bytesOf[project] > _options.CacheBytesPerProject ? _used.First(e => e.Project == project) : _used.First!.Value;
                Remove(oldest.Project, oldest.Url);
            }
        }
    }

    private void Remove(string project, Uri url)
    {
        if (_entries.Remove((project, url), out var node))
        {
            _used.Remove(node);
            Count(project, -node.Value.Size);
        }
    }

    private void Count(string project, long size)
    {
        _bytes += size;
        var now = _bytesOf.GetValueOrDefault(project) + size;
        if (now == 0)
        {
            _bytesOf.Remove(project);
        }
        else
        {
            _bytesOf[project] = now;
        }
    }

    private static long Size(Page page) => 500 + (2L * (page.Text.Length + page.Url.Length + (page.Title?.Length ?? 0) + (page.Media?.Data?.Length ?? 0)));

    private sealed record Entry(string Project, Uri Url, Page Page, Validators Validators, long Came, TimeSpan Lifetime, long Size);
}

/// <summary>A page from memory.</summary>
/// <param name="Page">The page.</param>
/// <param name="Validators">By which its site is asked.</param>
/// <param name="IsFresh">True when it need not be asked.</param>
internal sealed record KeptPage(Page Page, Validators Validators, bool IsFresh);

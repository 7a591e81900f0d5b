using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>How pages are read for <c>url_context</c>. Configuration section <c>OpenInteractions:Tools:UrlContext</c>.</summary>
public sealed class UrlContextOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Tools:UrlContext";

    /// <summary>The product token in <see cref="UserAgent"/> and in the rules of <c>robots.txt</c>.</summary>
    public const string Product = "OpenInteractions";

    /// <summary>Most pages of one call; those beyond are not read. Default 20.</summary>
    [Range(1, 100)]
    public int MaxPages { get; set; } = 20;

    /// <summary>How long one page may take, redirects and its whole body included. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan PageTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of one page, as it comes and after it is decompressed. Default 10 MiB.</summary>
    [Range(1000, 100 * 1024 * 1024)]
    public int MaxPageBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Most characters of one page that the model sees; what is longer is cut, and a note says so. Default 50,000.</summary>
    [Range(1000, 10_000_000)]
    public int MaxPageLength { get; set; } = 50_000;

    /// <summary>Most bytes of an image, a sound or a document that is given to the model as it is. Default 5 MiB.</summary>
    [Range(1000, 20 * 1024 * 1024)]
    public int MaxMediaBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>How this server names itself to sites. Rules of <c>robots.txt</c> are looked up by its first word.</summary>
    public string UserAgent { get; set; } = Product + "/1.0";

    /// <summary>What is done with a site's <c>robots.txt</c>.</summary>
    public RobotsPolicy Robots { get; set; } = RobotsPolicy.Respect;

    /// <summary>Bytes of pages that are kept in memory for when they are asked for again, of all projects. 0 keeps none. Default 64 MiB.</summary>
    [Range(0, 2_000_000_000)]
    public int CacheBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The same for one project. Default 16 MiB.</summary>
    [Range(0, 2_000_000_000)]
    public int CacheBytesPerProject { get; set; } = 16 * 1024 * 1024;

    /// <summary>How long a page is at most taken from memory without asking its site, however long that allows. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan MaxCacheAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Who reads pages for models whose vendor can read them itself.</summary>
    public PageReaderPreference Prefer { get; set; } = PageReaderPreference.Server;

    /// <summary>The first word of <see cref="UserAgent"/>, without its version.</summary>
    internal string RobotsToken => UserAgent.Split('/', ' ')[0];

    /// <summary>What is wrong, each with the name of its setting.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(UserAgent) || UserAgent.Length > 200 || UserAgent.Any(c => c is < ' ' or > '~') || RobotsToken.Length == 0)
        {
            yield return $"{Section}:{nameof(UserAgent)}: must be 1 to 200 printable ASCII characters that begin with a word, such as {Product}/1.0.";
        }
        else
        {
            using var request = new HttpRequestMessage();
            if (!request.Headers.UserAgent.TryParseAdd(UserAgent))
            {
                yield return $"{Section}:{nameof(UserAgent)}: must be a product with comments in parentheses, such as {Product}/1.0 (+https://example.com/bot).";
            }
        }
    }
}

/// <summary>What is done with a site's <c>robots.txt</c>.</summary>
public enum RobotsPolicy
{
    /// <summary>It is read first, and what it disallows is not read (RFC 9309).</summary>
    Respect,

    /// <summary>It is not asked for.</summary>
    Ignore,
}

/// <summary>Who reads pages.</summary>
public enum PageReaderPreference
{
    /// <summary>This server, for every model.</summary>
    Server,

    /// <summary>The model's vendor where it reads pages, this server elsewhere.</summary>
    Native,
}

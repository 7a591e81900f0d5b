using System.Collections.Concurrent;

namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// Which servers speak only revisions of MCP before 2026-07-28, and need <c>initialize</c> (protocols 3.1). Remembered for an hour, so that each new
/// session does not ask in vain first.
/// </summary>
internal sealed class Eras(TimeProvider time)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _legacyUntil = new(StringComparer.Ordinal);

    public bool IsLegacy(Uri url) => _legacyUntil.TryGetValue(url.AbsoluteUri, out var until) && until > time.GetUtcNow();

    public void Legacy(Uri url)
    {
        if (_legacyUntil.Count >= MaxRemembered)
        {
            _legacyUntil.Clear();
        }

        _legacyUntil[url.AbsoluteUri] = time.GetUtcNow() + Memory;
    }

    public void Forget(Uri url) => _legacyUntil.TryRemove(url.AbsoluteUri, out _);
}

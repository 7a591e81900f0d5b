namespace OpenInteractions.Tools.GoogleMaps.Engines;

/// <summary>An engine whose answers are kept for a while, as public instances ask of those who use them. What is on a map belongs to no project.</summary>
internal sealed class RememberedPlaces(IPlaceEngine engine, TimeSpan age, TimeProvider time) : IPlaceEngine
{
    private const int Most = 2000;

    private readonly Lock _lock = new();
    private readonly Dictionary<PlaceQuestion, (IReadOnlyList<FoundPlace> Places, DateTimeOffset Until)> _kept = [];

    public async Task<IReadOnlyList<FoundPlace>> FindAsync(PlaceQuestion question, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(question, out var kept) && kept.Until > time.GetUtcNow())
            {
                return kept.Places;
            }
        }

        var found = await engine.FindAsync(question, cancellationToken);
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_kept.Count >= Most)
            {
                foreach (var old in _kept.Where(k => k.Value.Until <= now).Select(k => k.Key).DefaultIfEmpty(_kept.MinBy(k => k.Value.Until).Key).ToArray())
                {
                    _kept.Remove(old);
                }
            }

            _kept[question] = (found, now + age);
        }

        return found;
    }
}

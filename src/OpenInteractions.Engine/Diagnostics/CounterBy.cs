using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace OpenInteractions.Engine.Diagnostics;

/// <summary>A counter whose tag has known values: each is shown from the start, so that who watches sees the first fault as a step and not as a new line, and there are never more.</summary>
internal sealed class CounterBy
{
    private readonly FrozenDictionary<string, StrongBox<long>> _counts;

    public CounterBy(Meter meter, string name, string description, string tag, params IEnumerable<string> values)
    {
        _counts = values.ToFrozenDictionary(v => v, _ => new StrongBox<long>(), StringComparer.Ordinal);
        meter.CreateObservableCounter(name, () => _counts.Select(c => new Measurement<long>(Volatile.Read(ref c.Value.Value), new KeyValuePair<string, object?>(tag, c.Key))), description: description);
    }

    /// <summary>A counter without a tag.</summary>
    public CounterBy(Meter meter, string name, string description)
    {
        _counts = FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("", new StrongBox<long>())], StringComparer.Ordinal);
        meter.CreateObservableCounter(name, () => this[""], description: description);
    }

    public long this[string value] => Volatile.Read(ref _counts[value].Value);

    public void Add(string value = "") => Interlocked.Increment(ref _counts[value].Value);
}

using System.Globalization;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>Where the luck of a test comes from. A failure prints it, and OPENINTERACTIONS_TEST_SEED sets it, so that the same faults come again.</summary>
internal sealed class FaultSeed
{
    private readonly int _seed = int.TryParse(Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : Random.Shared.Next();

    /// <summary>True when there is time for the long form.</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") == "1";

    /// <summary>The luck of one of those who act in a test: his own, whatever the others do meanwhile.</summary>
    public Random Of(int actor) => new(unchecked((_seed * 1_000_003) + actor));

    public override string ToString() => $"OPENINTERACTIONS_TEST_SEED={_seed}";
}

namespace OpenInteractions.Testing;

/// <summary>
/// Where property tests begin: at the same place every time, so that a run says something about the change and not about luck. The long form
/// begins somewhere else each time; a failure prints the place, which then belongs into a test of its own.
/// </summary>
public static class PropertySeed
{
    private const ulong Fixed = 20261121;

    /// <summary>The seed.</summary>
    public static ulong Seed { get; } = Environment.GetEnvironmentVariable("OPENINTERACTIONS_TEST_LONG") == "1" ? (ulong)Random.Shared.NextInt64() : Fixed;

    /// <summary>The generator's second parameter, which must be odd.</summary>
    public const ulong Gamma = 0x9E3779B97F4A7C15;
}

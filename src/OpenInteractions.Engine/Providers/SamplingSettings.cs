namespace OpenInteractions.Engine.Providers;

/// <summary>The settings that only influence how a model picks its words: not every model takes them, and an answer without them is still an answer (behaviour TH-5).</summary>
public static class SamplingSettings
{
    /// <summary>The path of <see cref="GenerationConfig.Temperature"/> in a request.</summary>
    public const string Temperature = "generation_config.temperature";

    /// <summary>The path of <see cref="GenerationConfig.TopP"/> in a request.</summary>
    public const string TopP = "generation_config.top_p";

    /// <summary>The path of <see cref="GenerationConfig.Seed"/> in a request.</summary>
    public const string Seed = "generation_config.seed";

    /// <summary>Paths of those that are set.</summary>
    public static IEnumerable<string> In(GenerationConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Given(config);
    }

    private static IEnumerable<string> Given(GenerationConfig config)
    {
        if (config.Temperature is not null)
        {
            yield return Temperature;
        }

        if (config.TopP is not null)
        {
            yield return TopP;
        }

        if (config.Seed is not null)
        {
            yield return Seed;
        }
    }
}

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// Settings that a request may have and an upstream need not get: an answer without them is still an answer. What is left out is told, never dropped
/// silently (design 3, behaviour TH-5, SA-1).
/// </summary>
public static class OptionalSettings
{
    /// <summary>The path of the safety thresholds.</summary>
    public const string SafetySettings = "safety_settings";

    /// <summary>The path of the service tier.</summary>
    public const string ServiceTier = "service_tier";

    /// <summary>The path of <see cref="GenerationConfig.ThinkingLevel"/>.</summary>
    public const string ThinkingLevel = "generation_config.thinking_level";

    /// <summary>The path of <see cref="GenerationConfig.SpeechConfig"/>.</summary>
    public const string SpeechConfig = "generation_config.speech_config";

    /// <summary>The path of <see cref="GenerationConfig.TranscriptionConfig"/>.</summary>
    public const string TranscriptionConfig = "generation_config.transcription_config";

    /// <summary>The path of <see cref="GenerationConfig.VideoConfig"/>.</summary>
    public const string VideoConfig = "generation_config.video_config";

    /// <summary>The path of <see cref="GenerationConfig.ImageConfig"/>.</summary>
    public const string ImageConfig = "generation_config.image_config";

    /// <summary>Paths of those that a request has, except the sampling settings.</summary>
    public static IEnumerable<string> In(ModelRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Given(request);
    }

    /// <summary>Paths of the settings of one medium that a request has. None of them reaches an upstream of another kind than Gemini.</summary>
    public static IEnumerable<string> MediaIn(GenerationConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Media(config);
    }

    private static IEnumerable<string> Given(ModelRequest request)
    {
        foreach (var path in Media(request.Config))
        {
            yield return path;
        }

        if (request.Config.ThinkingLevel is not null)
        {
            yield return ThinkingLevel;
        }

        if (request.SafetySettings.Count > 0)
        {
            yield return SafetySettings;
        }

        if (request.ServiceTier != "standard")
        {
            yield return ServiceTier;
        }
    }

    private static IEnumerable<string> Media(GenerationConfig config)
    {
        if (config.SpeechConfig is not null)
        {
            yield return SpeechConfig;
        }

        if (config.TranscriptionConfig is not null)
        {
            yield return TranscriptionConfig;
        }

        if (config.VideoConfig is not null)
        {
            yield return VideoConfig;
        }

        if (config.ImageConfig is not null)
        {
            yield return ImageConfig;
        }
    }
}

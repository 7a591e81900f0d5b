namespace OpenInteractions.Providers.Gemini;

/// <summary>What a request may not ask of this vendor. It is refused here, where the field's name is still ours; nothing is dropped silently.</summary>
internal static class GeminiLimits
{
    private const int MaxStopSequences = 5;

    public static void Check(GenerationConfig config)
    {
        if (config.StopSequences?.Count > MaxStopSequences)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"generation_config.stop_sequences: this model takes at most {MaxStopSequences}.", "generation_config.stop_sequences");
        }
    }

    /// <summary>What the models that were made for screens do not have: they know browsers only, and no policies that could be switched.</summary>
    public static void CheckTools(ModelRequest request)
    {
        if (!GeminiModels.IsForScreens(request.Model.Id) || request.NativeTools.OfType<ComputerUseTool>().FirstOrDefault() is not { } tool)
        {
            return;
        }

        var wrong = tool switch
        {
            { Environment: not (null or "browser") } => "environment",
            { EnablePromptInjectionDetection: true } => "enable_prompt_injection_detection",
            { DisabledSafetyPolicies.Count: > 0 } => "disabled_safety_policies",
            _ => null,
        };
        if (wrong is not null)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"'{wrong}' of the tool 'computer_use' in 'tools': {request.Model.Id} operates browsers only, without this setting. Leave it out, or use a newer model.", "tools");
        }
    }

    /// <summary>Settings that exist only on the vendor's Interactions wire.</summary>
    public static void CheckGenerateContent(ModelRequest request)
    {
        Refuse(request.Config.TranscriptionConfig is not null, "generation_config.transcription_config");
        Refuse(request.Config.VideoConfig is not null, "generation_config.video_config");
        foreach (var format in request.ResponseFormats)
        {
            Refuse(format is VideoResponseFormat, "response_format");
            Refuse(format is AudioResponseFormat { MimeType: not null } or AudioResponseFormat { SampleRate: not null } or AudioResponseFormat { BitRate: not null }, "response_format");
            Refuse(format is ImageResponseFormat { Delivery: "uri" } or AudioResponseFormat { Delivery: "uri" }, "response_format");
        }
    }

    private static void Refuse(bool isAsked, string field)
    {
        if (isAsked)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"{field}: this model's provider does not take this setting on the wire that it is reached by.", field);
        }
    }
}

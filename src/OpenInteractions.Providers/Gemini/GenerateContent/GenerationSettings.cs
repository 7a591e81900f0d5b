namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>Writes <c>generationConfig</c> (protocols 6.6).</summary>
internal static class GenerationSettings
{
    public static void Write(Utf8JsonWriter json, ModelRequest request)
    {
        var config = request.Config;
        json.WriteStartObject("generationConfig");
        WriteNumber(json, "temperature", config.Temperature);
        WriteNumber(json, "topP", config.TopP);
        if (config.MaxOutputTokens is { } limit)
        {
            json.WriteNumber("maxOutputTokens", limit);
        }

        if (config.Seed is { } seed)
        {
            json.WriteNumber("seed", seed);
        }

        if (config.StopSequences is { Count: > 0 } stops)
        {
            json.WriteStartArray("stopSequences");
            foreach (var stop in stops)
            {
                json.WriteStringValue(stop);
            }

            json.WriteEndArray();
        }

        WriteThinking(json, request);
        WriteFormats(json, request);
        if (config.SpeechConfig is { } speech)
        {
            WriteSpeech(json, speech);
        }

        json.WriteEndObject();
    }

    private static void WriteThinking(Utf8JsonWriter json, ModelRequest request)
    {
        var capabilities = request.Model.Capabilities;
        var level = request.Config.ThinkingLevel;
        var summaries = request.Config.ThinkingSummaries == "auto";
        if (capabilities.ThinkingLevels.Count == 0 || (level is null && !summaries))
        {
            return;
        }

        json.WriteStartObject("thinkingConfig");
        if (summaries)
        {
            json.WriteBoolean("includeThoughts", true);
        }

        if (level is not null)
        {
            if (GeminiModels.IsThirdGeneration(request.Model.Id))
            {
                json.WriteString("thinkingLevel", level.ToUpperInvariant());
            }
            else
            {
                json.WriteNumber("thinkingBudget", GeminiModels.Budget(request.Model.Id, level));
            }
        }

        json.WriteEndObject();
    }

    private static void WriteFormats(Utf8JsonWriter json, ModelRequest request)
    {
        foreach (var format in request.ResponseFormats)
        {
            var schema = format switch { SchemaResponseFormat bare => bare.Schema, TextResponseFormat text => text.Schema, _ => null };
            if (format is SchemaResponseFormat or TextResponseFormat { MimeType: "application/json" } || schema is not null)
            {
                json.WriteString("responseMimeType", "application/json");
                if (schema is { } given)
                {
                    json.WritePropertyName("responseJsonSchema");
                    JsonSchemas.Write(json, given);
                }

                break;
            }
        }

        WriteModalities(json, request);
        var image = request.ResponseFormats.OfType<ImageResponseFormat>().FirstOrDefault();
        var (ratio, size) = (image?.AspectRatio ?? request.Config.ImageConfig?.AspectRatio, image?.ImageSize ?? request.Config.ImageConfig?.ImageSize);
        if (ratio is not null || size is not null)
        {
            json.WriteStartObject("imageConfig");
            WriteText(json, "aspectRatio", ratio);
            WriteText(json, "imageSize", size);
            json.WriteEndObject();
        }
    }

    /// <summary>Named where the caller chose, and for models that make no text at all, which the vendor would otherwise ask for.</summary>
    private static void WriteModalities(Utf8JsonWriter json, ModelRequest request)
    {
        var asked = request.ResponseFormats
            .Select(f => f switch { ImageResponseFormat => "IMAGE", AudioResponseFormat => "AUDIO", VideoResponseFormat => "VIDEO", _ => "TEXT" })
            .Distinct()
            .ToList();
        if (asked.Count == 0 && request.Model.Capabilities.Output == Modalities.Audio)
        {
            asked.Add("AUDIO");
        }

        if (asked.Count == 0 || asked is ["TEXT"])
        {
            return;
        }

        json.WriteStartArray("responseModalities");
        foreach (var modality in asked)
        {
            json.WriteStringValue(modality);
        }

        json.WriteEndArray();
    }

    /// <summary>One voice, or one per speaker (behaviour MM-8).</summary>
    private static void WriteSpeech(Utf8JsonWriter json, SpeechConfig speech)
    {
        json.WriteStartObject("speechConfig");
        if (speech.Speakers.Count == 1)
        {
            WriteText(json, "languageCode", speech.Speakers[0].Language);
            WriteVoice(json, speech.Speakers[0]);
        }
        else
        {
            WriteText(json, "languageCode", speech.Speakers.FirstOrDefault(s => s.Language is not null)?.Language);
            json.WriteStartObject("multiSpeakerVoiceConfig");
            json.WriteStartArray("speakerVoiceConfigs");
            foreach (var speaker in speech.Speakers)
            {
                json.WriteStartObject();
                WriteText(json, "speaker", speaker.Speaker);
                WriteVoice(json, speaker);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteVoice(Utf8JsonWriter json, SpeakerVoice speaker)
    {
        json.WriteStartObject("voiceConfig");
        json.WriteStartObject("prebuiltVoiceConfig");
        WriteText(json, "voiceName", speaker.Voice);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}

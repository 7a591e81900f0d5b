namespace OpenInteractions.Contracts.Interactions;

/// <summary>Voices of spoken output.</summary>
/// <param name="Speakers">The voices.</param>
/// <param name="IsObject">True for the form <c>{"speakers":[…]}</c>, false for the bare list.</param>
public sealed record SpeechConfig(IReadOnlyList<SpeakerVoice> Speakers, bool IsObject)
{
    /// <summary>What else stood in the object form, kept from newer rows.</summary>
    internal Dictionary<string, JsonElement>? Unknown { get; init; }
}

/// <summary>One voice.</summary>
public sealed record SpeakerVoice : WireObject
{
    /// <summary>The voice.</summary>
    public string? Voice { get; init; }

    /// <summary>The language, such as <c>en-US</c>.</summary>
    public string? Language { get; init; }

    /// <summary>The speaker in the text who has this voice.</summary>
    public string? Speaker { get; init; }
}

/// <summary>The object form on the wire.</summary>
public sealed record SpeechConfigObject : WireObject
{
    /// <summary>The voices.</summary>
    public required IReadOnlyList<SpeakerVoice> Speakers { get; init; }
}

internal sealed class SpeechConfigConverter : JsonConverter<SpeechConfig>
{
    public override SpeechConfig Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return new SpeechConfig(JsonSerializer.Deserialize(ref reader, WireJson.Wire.IReadOnlyListSpeakerVoice)!, IsObject: false);
        }

        var value = JsonSerializer.Deserialize(ref reader, WireJson.Wire.SpeechConfigObject)!;
        return new SpeechConfig(value.Speakers, IsObject: true) { Unknown = value.Unknown };
    }

    public override void Write(Utf8JsonWriter writer, SpeechConfig value, JsonSerializerOptions options)
    {
        if (value.IsObject)
        {
            JsonSerializer.Serialize(writer, new SpeechConfigObject { Speakers = value.Speakers, Unknown = value.Unknown }, WireJson.Wire.SpeechConfigObject);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Speakers, WireJson.Wire.IReadOnlyListSpeakerVoice);
        }
    }
}

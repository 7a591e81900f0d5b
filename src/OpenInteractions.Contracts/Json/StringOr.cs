using System.Text.Json.Serialization.Metadata;

namespace OpenInteractions.Contracts.Json;

/// <summary>A value that the wire allows as a bare string or as an object.</summary>
/// <typeparam name="T">The object form.</typeparam>
public sealed class StringOr<T>
    where T : class
{
    /// <summary>The string form.</summary>
    public StringOr(string text) => Text = text;

    /// <summary>The object form.</summary>
    public StringOr(T value) => Value = value;

    /// <summary>The string, or null when the object form was used.</summary>
    public string? Text { get; }

    /// <summary>The object, or null when the string form was used.</summary>
    public T? Value { get; }
}

/// <summary>What the request checks need to know of a value that is a string or an object.</summary>
internal interface IStringOr
{
    Type ObjectType { get; }
}

internal sealed class StringOrConverter<T> : JsonConverter<StringOr<T>>, IStringOr
    where T : class
{
    public Type ObjectType => typeof(T);

    public override StringOr<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? new StringOr<T>(reader.GetString()!)
            : new StringOr<T>(JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)))!);

    public override void Write(Utf8JsonWriter writer, StringOr<T> value, JsonSerializerOptions options)
    {
        if (value.Text is { } text)
        {
            writer.WriteStringValue(text);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Value!, (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T)));
        }
    }
}

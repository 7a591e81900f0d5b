namespace OpenInteractions.Contracts.Json;

/// <summary>Reads the member that tells a union's variants apart, without moving the caller's reader.</summary>
internal static class JsonDiscriminator
{
    /// <summary>The value of the string member <paramref name="name"/> of the object that the reader stands on, or null.</summary>
    /// <remarks>The reader is a struct and passed by value: this reads ahead on a copy.</remarks>
    public static string? Peek(Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var matches = reader.ValueTextEquals(name);
            reader.Read();
            if (matches)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }
}

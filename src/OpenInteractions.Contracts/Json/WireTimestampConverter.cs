using System.Globalization;

namespace OpenInteractions.Contracts.Json;

/// <summary>RFC 3339 in UTC with a <c>Z</c> and whole milliseconds when there are any: <c>2026-11-21T10:00:00.125Z</c>.</summary>
internal sealed class WireTimestampConverter : JsonConverter<DateTimeOffset>
{
    private const string WithMilliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string WholeSeconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[32];
        var utc = value.ToUniversalTime();
        utc.TryFormat(text, out var length, utc.Millisecond == 0 ? WholeSeconds : WithMilliseconds, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

using System.Globalization;

namespace OpenInteractions.Contracts.Json;

/// <summary>
/// RFC 3339 in UTC with a <c>Z</c> and always three digits of a second, so that times order as texts do, and the duration of a short run can be
/// read (wire 1.4, behaviour SM-6): <c>2026-11-21T10:00:00.125Z</c>.
/// </summary>
internal sealed class WireTimestampConverter : JsonConverter<DateTimeOffset>
{
    // "2026-06-01T12:00:00.1234567Z" without what is not shown: the standard format is written several times faster than one of our own.
    private const int WithMilliseconds = 23;

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        var utc = value.UtcDateTime;
        utc.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[WithMilliseconds] = (byte)'Z';
        writer.WriteStringValue(text[..(WithMilliseconds + 1)]);
    }
}

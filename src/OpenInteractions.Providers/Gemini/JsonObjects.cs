using System.Buffers;
using System.Text.Encodings.Web;

namespace OpenInteractions.Providers.Gemini;

/// <summary>Collects JSON objects as bytes, separated by commas.</summary>
internal sealed class JsonObjects
{
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public bool IsEmpty => _bytes.WrittenCount == 0;

    /// <summary>Adds one object; the action writes its members.</summary>
    public void Add(Action<Utf8JsonWriter> write)
    {
        if (!IsEmpty)
        {
            _bytes.Write(","u8);
        }

        using var writer = new Utf8JsonWriter(_bytes, Json);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
    }

    public byte[] ToBytes() => _bytes.WrittenSpan.ToArray();

    public static byte[] Single(Action<Utf8JsonWriter> write)
    {
        var buffer = new JsonObjects();
        buffer.Add(write);
        return buffer.ToBytes();
    }
}

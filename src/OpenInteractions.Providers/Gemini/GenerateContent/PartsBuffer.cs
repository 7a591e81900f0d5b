using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>Collects parts as bytes.</summary>
internal sealed class PartsBuffer : IDisposable
{
    public static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _writer;

    public PartsBuffer()
    {
        _writer = new(_bytes, Json);
        _writer.WriteStartArray();
    }

    public bool IsEmpty { get; private set; } = true;

    public void Add(Action<Utf8JsonWriter> write)
    {
        IsEmpty = false;
        _writer.WriteStartObject();
        write(_writer);
        _writer.WriteEndObject();
    }

    /// <summary>The parts without the brackets around them.</summary>
    public byte[] Take()
    {
        _writer.WriteEndArray();
        _writer.Flush();
        return _bytes.WrittenSpan[1..^1].ToArray();
    }

    public static byte[] Single(Action<Utf8JsonWriter> write)
    {
        using var buffer = new PartsBuffer();
        buffer.Add(write);
        return buffer.Take();
    }

    public void Dispose() => _writer.Dispose();
}

using System.Buffers;

namespace OpenInteractions.Providers.Gemini;

/// <summary>Collects JSON objects as bytes, separated by commas.</summary>
internal sealed class JsonObjects
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public bool IsEmpty => _bytes.WrittenCount == 0;

    /// <summary>Adds one object; the action writes its members.</summary>
    public void Add(Action<Utf8JsonWriter> write)
    {
        if (!IsEmpty)
        {
            _bytes.Write(","u8);
        }

        _bytes.Write(JsonScratch.Object(write));
    }

    public byte[] ToBytes() => _bytes.WrittenSpan.ToArray();
}

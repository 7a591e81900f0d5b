using OpenInteractions.Contracts.FileSearch;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>A document's metadata in their wire form, which is also what stores keep.</summary>
public static class MetadataJson
{
    /// <summary>The bytes that are kept; none for no metadata.</summary>
    /// <param name="metadata">The metadata.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<CustomMetadata> metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return metadata.Count == 0 ? default : JsonSerializer.SerializeToUtf8Bytes(ToWire(metadata), WireJson.Wire.IReadOnlyListMetadataEntry);
    }

    /// <summary>What was kept.</summary>
    /// <param name="bytes">The bytes.</param>
    public static IReadOnlyList<CustomMetadata> Read(ReadOnlyMemory<byte> bytes) =>
        bytes.IsEmpty ? [] : FromWire(JsonSerializer.Deserialize(bytes.Span, WireJson.Wire.IReadOnlyListMetadataEntry)!);

    /// <summary>Their wire form.</summary>
    /// <param name="metadata">The metadata.</param>
    public static IReadOnlyList<MetadataEntry> ToWire(IReadOnlyList<CustomMetadata> metadata) => [.. metadata.Select(m => new MetadataEntry
    {
        Key = m.Key,
        StringValue = m.Text,
        StringListValue = m.Texts is { } texts ? new StringList { Values = texts } : null,
        NumericValue = m.Number,
    })];

    /// <summary>From their wire form.</summary>
    /// <param name="entries">The entries.</param>
    public static IReadOnlyList<CustomMetadata> FromWire(IReadOnlyList<MetadataEntry> entries) =>
        [.. entries.Select(e => new CustomMetadata(e.Key, e.StringValue, e.StringListValue?.Values, e.NumericValue))];
}

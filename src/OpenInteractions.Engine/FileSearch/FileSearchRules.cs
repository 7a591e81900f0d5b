using System.Text;
using OpenInteractions.Contracts.FileSearch;

namespace OpenInteractions.Engine.FileSearch;

/// <summary>What requests about stores must keep beyond their form (wire 22).</summary>
public static class FileSearchRules
{
    /// <summary>Most entries of a document's metadata.</summary>
    public const int MostEntries = 20;

    private const int LongestName = 512;
    private const int LongestKey = 256;
    private const int LongestText = 2048;
    private const int MostTexts = 100;

    /// <summary>A name for a person; null when there is none.</summary>
    /// <exception cref="ApiException">It is too long.</exception>
    public static string? DisplayName(string? name) => name is { Length: > LongestName }
        ? throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value for 'displayName': it may have {LongestName} characters at most.", "displayName")
        : string.IsNullOrWhiteSpace(name) ? null : name;

    /// <summary>How a document is to be cut.</summary>
    /// <exception cref="ApiException">It cannot be cut so.</exception>
    public static Chunking Chunking(ChunkingConfig? config)
    {
        var standard = new Chunking();
        if (config?.WhiteSpaceConfig is not { } cut)
        {
            return standard;
        }

        var most = cut.MaxTokensPerChunk ?? standard.MaxTokens;
        var overlap = cut.MaxOverlapTokens ?? Math.Min(standard.Overlap, most / 2);
        return overlap <= most / 2
            ? new Chunking(most, overlap)
            : throw new ApiException(
                ErrorCode.InvalidRequest,
                $"Invalid value for 'chunkingConfig.whiteSpaceConfig.maxOverlapTokens': it may be half of 'maxTokensPerChunk' ({most}) at most.",
                "chunkingConfig.whiteSpaceConfig.maxOverlapTokens");
    }

    /// <summary>What a document's owner says of it.</summary>
    /// <exception cref="ApiException">It is too much, or not clear.</exception>
    public static IReadOnlyList<CustomMetadata> Metadata(IReadOnlyList<MetadataEntry>? entries)
    {
        if (entries is null)
        {
            return [];
        }

        if (entries.Count > MostEntries)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value for 'customMetadata': a document may have {MostEntries} entries at most.", "customMetadata");
        }

        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            var (entry, place) = (entries[i], $"customMetadata[{i}]");
            var fault = Fault(entry) ?? (keys.Add(entry.Key) ? null : "another entry has the same 'key'");
            if (fault is not null)
            {
                throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value for '{place}': {fault}.", place);
            }
        }

        return MetadataJson.FromWire(entries);
    }

    private static string? Fault(MetadataEntry entry)
    {
        var values = (entry.StringValue is null ? 0 : 1) + (entry.StringListValue is null ? 0 : 1) + (entry.NumericValue is null ? 0 : 1);
        return entry.Key.Length is 0 or > LongestKey ? $"its 'key' must have 1 to {LongestKey} characters"
            : values != 1 ? "it needs exactly one of 'stringValue', 'stringListValue' and 'numericValue'"
            : entry.StringListValue is { Values.Count: > MostTexts } ? $"its list may have {MostTexts} texts at most"
            : (entry.StringListValue?.Values ?? []).Append(entry.StringValue ?? "").Any(t => Encoding.UTF8.GetByteCount(t) > LongestText) ? $"a text may have {LongestText} bytes at most"
            : null;
    }
}

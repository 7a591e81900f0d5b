using System.Buffers;
using OpenInteractions.Tools.FileSearch.Filters;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>A declaration that was read.</summary>
/// <param name="Stores">The stores, each once.</param>
/// <param name="Filter">The filter, or null.</param>
/// <param name="TopK">Most pieces, or null.</param>
internal sealed record FileSearchDeclaration(IReadOnlyList<string> Stores, MetadataFilter? Filter, int? TopK)
{
    private const string Prefix = "fileSearchStores/";
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private const int LongestId = 63;
    private const int MostStores = 16;

    /// <exception cref="ApiException">It cannot be meant so; the error names the place.</exception>
    public static FileSearchDeclaration Of(Tool declared, string path)
    {
        var tool = (FileSearchTool)declared;
        var (names, field) = (tool.FileSearchStoreNames ?? [], $"{path}.file_search_store_names");
        if (names.Count is 0 or > MostStores)
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"'{field}' must have 1 to {MostStores} names of file search stores, such as fileSearchStores/handbook-1a2b3c.", field);
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (!IsName(names[i]))
            {
                throw new ApiException(ErrorCode.InvalidRequest, $"'{field}[{i}]' must be the name of a file search store, such as fileSearchStores/handbook-1a2b3c.", $"{field}[{i}]");
            }
        }

        return new FileSearchDeclaration([.. names.Distinct(StringComparer.Ordinal)], Filtered(tool.MetadataFilter, $"{path}.metadata_filter"), tool.TopK);
    }

    private static MetadataFilter? Filtered(string? filter, string field)
    {
        if (string.IsNullOrWhiteSpace(filter))
        {
            return null;
        }

        try
        {
            return FilterParser.Parse(filter);
        }
        catch (FilterFaultException fault)
        {
            throw new ApiException(
                ErrorCode.InvalidRequest,
                $"'{field}' cannot be read: at character {fault.At}, {fault.Message}. A filter compares keys of the documents' metadata, as in: author = \"Ada\" AND (year >= 2020 OR tags:\"draft\").",
                field);
        }
    }

    private static bool IsName(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length > Prefix.Length && name.Length <= Prefix.Length + LongestId && name.AsSpan(Prefix.Length).IndexOfAnyExcept(IdCharacters) < 0;
}

using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>Somebody who finds pages.</summary>
internal interface ISearchEngine
{
    /// <summary>Its name, for the model.</summary>
    string Name { get; }

    /// <summary>Kinds of search that it has: <see cref="SearchTypes"/>.</summary>
    IReadOnlyList<string> Types { get; }

    /// <summary>The engine's own page for a query, where people can go on; null when there is none that everybody may see.</summary>
    string? PageOf(string query);

    /// <summary>Makes one search.</summary>
    /// <exception cref="EngineFailedException">It gave none; the message is for the model.</exception>
    Task<SearchFindings> SearchAsync(string query, string type, CancellationToken cancellationToken);
}

/// <summary>What one search gave.</summary>
/// <param name="Pages">Best first.</param>
/// <param name="Related">Other queries that the engine proposes.</param>
internal sealed record SearchFindings(IReadOnlyList<FoundPage> Pages, IReadOnlyList<string> Related)
{
    public static SearchFindings Of(IEnumerable<FoundPage?> pages, IEnumerable<string>? related = null) => new([.. pages.OfType<FoundPage>()], [.. related ?? []]);
}

/// <summary>Kinds of search (wire 9).</summary>
internal static class SearchTypes
{
    public const string Web = "web_search";
    public const string Image = "image_search";
}

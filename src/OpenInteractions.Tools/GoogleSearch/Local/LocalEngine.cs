using Microsoft.Extensions.Options;

namespace OpenInteractions.Tools.GoogleSearch.Local;

/// <summary>Searches the pages that the operator has put on this machine. Nothing leaves it.</summary>
internal sealed class LocalEngine(LocalIndex index, IOptions<GoogleSearchOptions> options) : ISearchEngine
{
    public string Name => "the pages of this server";

    public IReadOnlyList<string> Types { get; } = [SearchTypes.Web];

    public string? PageOf(string query) => null;

    public async Task<SearchFindings> SearchAsync(string query, string type, CancellationToken cancellationToken)
    {
        var found = await index.FindAsync(query, options.Value.Results, cancellationToken);
        return SearchFindings.Of(found.Select(p => FoundPage.Of(p.Url, p.Title, Passage.Of(p.Text, query))));
    }
}

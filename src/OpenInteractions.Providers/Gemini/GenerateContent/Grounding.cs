using System.Globalization;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>What the vendor's own search, maps and page reading leave beside the text: citations on it, and a call with its result for each tool.</summary>
internal sealed class Grounding(string family, GeminiSignatures signatures)
{
    private GeminiGrounding? _grounding;
    private GeminiUrlContext? _pages;
    private bool _cited;

    /// <summary>Searches that were made.</summary>
    public int Searches => _grounding?.WebSearchQueries?.Count ?? 0;

    public void Add(GeminiCandidate candidate)
    {
        _grounding = candidate.GroundingMetadata ?? _grounding;
        _pages = candidate.UrlContextMetadata ?? _pages;
    }

    /// <summary>Citations for the text that ends now. The vendor's indexes are byte offsets already (behaviour TL-13).</summary>
    public Annotation[] Annotations(int textBytes)
    {
        if (_cited || _grounding?.GroundingSupports is not { } supports || _grounding.GroundingChunks is not { } chunks)
        {
            return [];
        }

        _cited = true;
        return
        [
            .. from support in supports
               where support.Segment is { EndIndex: { } end } && end <= textBytes
               from index in support.GroundingChunkIndices ?? []
               where index >= 0 && index < chunks.Count
               let annotation = Citation(chunks[index], support.Segment!)
               where annotation is not null
               select annotation,
        ];
    }

    /// <summary>Call and result of each tool. They come after the text, because the vendor tells of them last.</summary>
    public IEnumerable<ModelEvent> Steps()
    {
        if (_grounding?.WebSearchQueries is { Count: > 0 } queries)
        {
            const string Id = "search-1";
            yield return new StepStarted(new GoogleSearchCallStep { Id = Id, Arguments = new SearchArguments() });
            yield return new StepPiece(new GoogleSearchCallDelta { Arguments = new SearchArguments { Queries = queries }, Signature = Mark() });
            yield return new StepStopped();
            yield return new StepStarted(new GoogleSearchResultStep { CallId = Id, Result = [] });
            yield return new StepPiece(new GoogleSearchResultDelta
            {
                Result = [new GoogleSearchResult { SearchSuggestions = _grounding.SearchEntryPoint?.RenderedContent }],
                Signature = Mark(),
            });
            yield return new StepStopped();
        }

        if (Places() is { Length: > 0 } places || _grounding?.GoogleMapsWidgetContextToken is not null)
        {
            const string Id = "maps-1";
            yield return new StepStarted(new GoogleMapsCallStep { Id = Id });
            yield return new StepPiece(new GoogleMapsCallDelta { Signature = Mark() }); // what was asked, this wire does not tell
            yield return new StepStopped();
            yield return new StepStarted(new GoogleMapsResultStep { CallId = Id, Result = [] });
            yield return new StepPiece(new GoogleMapsResultDelta
            {
                Result = [new GoogleMapsResult { Places = Places(), WidgetContextToken = _grounding!.GoogleMapsWidgetContextToken }],
                Signature = Mark(),
            });
            yield return new StepStopped();
        }

        if (_pages?.UrlMetadata is { Count: > 0 } pages)
        {
            const string Id = "pages-1";
            yield return new StepStarted(new UrlContextCallStep { Id = Id, Arguments = new UrlContextArguments() });
            yield return new StepPiece(new UrlContextCallDelta
            {
                Arguments = new UrlContextArguments { Urls = [.. pages.Select(p => p.RetrievedUrl ?? "")] },
                Signature = Mark(),
            });
            yield return new StepStopped();
            yield return new StepStarted(new UrlContextResultStep { CallId = Id, Result = [] });
            yield return new StepPiece(new UrlContextResultDelta
            {
                Result = [.. pages.Select(p => new UrlContextResult { Url = p.RetrievedUrl, Status = Status(p.UrlRetrievalStatus) })],
                Signature = Mark(),
            });
            yield return new StepStopped();
        }
    }

    private MapsPlace[] Places() =>
        [.. (_grounding?.GroundingChunks ?? []).Select(c => c.Maps).OfType<GeminiMapsSource>().Select(p => new MapsPlace { Name = p.Title, PlaceId = p.PlaceId, Url = p.Uri, ReviewSnippets = p.Reviews() })];

    /// <summary>Marks a step as the vendor's own: it has no part that could go back.</summary>
    private string Mark() => signatures.Seal(family, new(SignaturePlace.Own, "", 0));

    private static Annotation? Citation(GeminiGroundingChunk chunk, GeminiSegment segment) => chunk switch
    {
        { Web: { } web } => new UrlCitation { Url = web.Uri, Title = web.Title, StartIndex = segment.StartIndex ?? 0, EndIndex = segment.EndIndex },
        { Maps: { } place } => new PlaceCitation { PlaceId = place.PlaceId, Name = place.Title, Url = place.Uri, ReviewSnippets = place.Reviews(), StartIndex = segment.StartIndex ?? 0, EndIndex = segment.EndIndex },
        { RetrievedContext: { } file } => new FileCitation { DocumentUri = file.Uri, FileName = file.Title, StartIndex = segment.StartIndex ?? 0, EndIndex = segment.EndIndex },
        _ => null,
    };

    private static string Status(string? status) => status?.ToLower(CultureInfo.InvariantCulture) switch
    {
        "url_retrieval_status_success" => "success",
        "url_retrieval_status_paywall" => "paywall",
        "url_retrieval_status_unsafe" => "unsafe",
        _ => "error",
    };
}

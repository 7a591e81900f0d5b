using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Tools.FileSearch;
using OpenInteractions.Tools.FileSearch.Vectors;
using OpenInteractions.Tools.Tests.Mcp;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Declarations of the tool, and its calls.</summary>
public sealed class FileSearchCallTests : IDisposable
{
    private const string Name = "fileSearchStores/first";

    private readonly MemoryIndex _index = new();
    private readonly MemoryStore _store;
    private readonly LogLines _log = new();
    private readonly SealedReadings _readings = new(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize]));
    private readonly FakeEmbedder _embedder = new();
    private readonly VectorSearch _vectors;
    private readonly FileSearchKind _kind;

    public FileSearchCallTests()
    {
        _store = _index.AddStore(Name, FakeEmbedder.ModelName);
        var options = Options.Create(new FileSearchToolOptions());
        _vectors = new VectorSearch(_index, options);
        var log = new FileSearchLog(LoggerFactory.Create(l => l.AddProvider(_log)).CreateLogger<FileSearchLog>());
        _kind = new FileSearchKind(_index, new Retrieval(_index, _vectors, [_embedder], options, log, TimeProvider.System), _readings, options, Options.Create(new ToolOptions()));
    }

    public void Dispose() => _vectors.Dispose();

    [Theory]
    [InlineData("""{"type":"file_search"}""", "tools[1].file_search_store_names", "1 to 16 names")]
    [InlineData("""{"type":"file_search","file_search_store_names":[]}""", "tools[1].file_search_store_names", "1 to 16 names")]
    [InlineData("""{"type":"file_search","file_search_store_names":["fileSearchStores/a","handbook"]}""", "tools[1].file_search_store_names[1]", "the name of a file search store")]
    [InlineData("""{"type":"file_search","file_search_store_names":["fileSearchStores/a/documents/b"]}""", "tools[1].file_search_store_names[0]", "the name of a file search store")]
    [InlineData("""{"type":"file_search","file_search_store_names":["fileSearchStores/a"],"metadata_filter":"year > "}""", "tools[1].metadata_filter", "at character 8, after '>' a value is missing")]
    public void A_declaration_that_means_nothing_is_refused_before_the_run(string declared, string field, string message)
    {
        var refused = Assert.Throws<ApiException>(() => _kind.Require(Tool(declared), "tools[1]"));

        Assert.Equal((ErrorCode.InvalidRequest, field), (refused.Code, refused.Field));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_the_project_does_not_have_is_refused_before_the_run()
    {
        var declared = Tool($$"""{"type":"file_search","file_search_store_names":["{{Name}}","fileSearchStores/gone"]}""");

        var refused = await Assert.ThrowsAsync<ApiException>(async () => await _kind.RequireNamedAsync(declared, "p", "tools[0]", CancellationToken.None));

        Assert.Equal((ErrorCode.InvalidRequest, "tools[0].file_search_store_names[1]"), (refused.Code, refused.Field));
        Assert.Contains("fileSearchStores/gone", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TL-2")]
    public async Task A_call_shows_neither_queries_nor_passages_and_the_model_reads_both()
    {
        _index.AddDocument(_store, "handbook.pdf", [new("author", Text: "Ada"), new("tags", Texts: ["a", "b"]), new("year", Number: 1843)], ("Everybody has thirty days of leave.", 12, [1, 0]));
        _index.Words = _ => [_store.Chunks[0].Id];

        var (call, result, reading) = await RunAsync("""{"queries":["how many days off?"]}""");

        Assert.Equal(["id", "signature", "type"], Members(call));
        Assert.Equal(["call_id", "result", "signature", "type"], Members(result));
        Assert.Equal("[]", ((FileSearchResultStep)result).Result!.Value.GetRawText());
        Assert.Equal("""{"queries":["how many days off?"]}""", _readings.Arguments("p", call).GetRawText());
        Assert.Equal("{}", _readings.Arguments("another project", call).GetRawText());
        var text = reading.Content.GetString()!;
        var source = Assert.Single(reading.Sources);
        Assert.Contains($"[{source.Mark}] handbook.pdf, page 12\nEverybody has thirty days of leave.", text, StringComparison.Ordinal);
        var citation = Assert.IsType<FileCitation>(source.Citation);
        Assert.Equal((_store.Documents[0].Name, "handbook.pdf", Name, 12), (citation.DocumentUri, citation.FileName, citation.Source, citation.PageNumber));
        Assert.Equal("""{"author":"Ada","tags":["a","b"],"year":1843}""", citation.CustomMetadata!.Value.GetRawText());
    }

    [Fact]
    public async Task What_words_do_not_find_vectors_do()
    {
        _index.AddDocument(_store, "a.txt", [], ("The cat sleeps.", null, [1, 0]), ("Taxes are due in May.", null, [0, 1]));
        _embedder.Of = _ => [0, 1];

        var (_, _, reading) = await RunAsync("""{"queries":["when must I pay?"]}""", topK: 1);

        Assert.Contains("Taxes are due in May.", reading.Content.GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("cat", reading.Content.GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_embedding_model_words_find_something_still()
    {
        _index.AddDocument(_store, "a.txt", [], ("Taxes are due in May.", null, [0, 1]));
        _index.Words = _ => [_store.Chunks[0].Id];
        _embedder.Of = _ => throw new ApiException(ErrorCode.ServiceUnavailable, "gone");

        var (_, _, reading) = await RunAsync("""{"queries":["a secret question"]}""");

        Assert.Contains("Taxes are due in May.", reading.Content.GetString(), StringComparison.Ordinal);
        Assert.Contains("words alone were searched", _log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_leaves_documents_out_of_both_searches()
    {
        _index.AddDocument(_store, "old.txt", [new("year", Number: 1990)], ("The old rule.", null, [1, 0]));
        _index.AddDocument(_store, "new.txt", [new("year", Number: 2024)], ("The new rule.", null, [0.9f, 0.1f]));
        _index.Words = _ => _store.Chunks.Select(c => c.Id);

        var (_, _, reading) = await RunAsync("""{"queries":["rule"]}""", filter: "year >= 2020");
        var (_, _, nothing) = await RunAsync("""{"queries":["rule"]}""", filter: "year > 3000");

        Assert.Contains("The new rule.", reading.Content.GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("The old rule.", reading.Content.GetString(), StringComparison.Ordinal);
        Assert.Equal([_store.Documents[1].Id], _index.Searches[0].Documents!);
        Assert.Contains("Nothing was found.", nothing.Content.GetString(), StringComparison.Ordinal);
        Assert.Empty(nothing.Sources);
    }

    [Fact]
    public async Task No_more_pieces_are_given_than_top_k()
    {
        _index.AddDocument(_store, "a.txt", [], [.. Enumerable.Range(0, 30).Select(i => ($"Number {i * 7919} stands alone here.", (int?)null, (float[]?)null))]);
        _index.Words = _ => _store.Chunks.Select(c => c.Id).Where((_, i) => i % 2 == 0); // no neighbours

        Assert.Equal(3, (await RunAsync("""{"queries":["x"]}""", topK: 3)).Reading.Sources.Count);
        Assert.Equal(10, (await RunAsync("""{"queries":["x"]}""")).Reading.Sources.Count);
    }

    [Theory]
    [InlineData("""{"query":"one"}""", 1)]
    [InlineData("""{"queries":"one"}""", 1)]
    [InlineData("""{"queries":["one","one"," two "]}""", 2)]
    [InlineData("""{"queries":["1","2","3","4","5","6","7"]}""", 5)]
    public async Task Queries_are_taken_however_the_model_put_them(string arguments, int searches)
    {
        await RunAsync(arguments);

        Assert.Equal(searches, _index.Searches.Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"queries":[]}""")]
    [InlineData("""{"queries":[" ",7]}""")]
    public async Task A_call_without_a_query_is_told_so(string arguments)
    {
        var (_, result, reading) = await RunAsync(arguments);

        Assert.Contains("give at least one query", reading.Content.GetString(), StringComparison.Ordinal);
        Assert.Contains("error", ((FileSearchResultStep)result).Result!.Value.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_was_deleted_in_the_meantime_is_told_to_the_model()
    {
        var function = await OpenAsync();
        _index.Remove(Name);

        var result = await function.RunAsync(function.CallStep("c1", JsonElement.Parse("""{"queries":["x"]}""")), CancellationToken.None);

        Assert.Contains("no longer there", _readings.Open("p", result)!.Content.GetString(), StringComparison.Ordinal);
    }

    private async Task<(Step Call, Step Result, ToolReading Reading)> RunAsync(string arguments, int? topK = null, string? filter = null)
    {
        var function = await OpenAsync(topK, filter);
        var call = function.CallStep("c1", JsonElement.Parse(arguments));
        var result = await function.RunAsync(call, CancellationToken.None);
        return (call, result, _readings.Open("p", result)!);
    }

    private async Task<IToolFunction> OpenAsync(int? topK = null, string? filter = null)
    {
        var declared = new FileSearchTool { FileSearchStoreNames = [Name], TopK = topK, MetadataFilter = filter };
        _kind.Require(declared, "tools[0]");
        return (await _kind.OpenAsync(declared, new ToolScope("p", "i", "i"), CancellationToken.None)).Functions[0];
    }

    private static Tool Tool(string json) => JsonSerializer.Deserialize(json, OpenInteractions.Contracts.Json.WireJson.Wire.Tool)!;

    private static IEnumerable<string> Members(Step step) => JsonSerializer.SerializeToElement(step, OpenInteractions.Contracts.Json.WireJson.Wire.Step).EnumerateObject().Select(m => m.Name).Order();

    private sealed class FakeEmbedder : IEmbedder
    {
        public const string ModelName = "m/x";

        public Func<string, float[]> Of { get; set; } = _ => [1, 0];

        public string Model => ModelName;

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<float[]>>([.. texts.Select(Of)]);
    }
}

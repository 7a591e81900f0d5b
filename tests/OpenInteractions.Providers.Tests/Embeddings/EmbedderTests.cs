using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Embeddings;

namespace OpenInteractions.Providers.Tests.Embeddings;

/// <summary>Embedding models over their vendors' wires, as the configuration registers them.</summary>
public sealed class EmbedderTests : IAsyncLifetime
{
    private readonly OpenAIEmbeddingVendor _openAI = new(Vector);
    private readonly GeminiEmbeddingVendor _gemini = new((text, task) => task is null ? Vector(text) : [.. Vector(text), task == "RETRIEVAL_QUERY" ? 5 : 0]);
    private readonly List<ServiceProvider> _services = [];
    private VendorServer _openAIServer = null!;
    private VendorServer _geminiServer = null!;

    public async Task InitializeAsync() => (_openAIServer, _geminiServer) = (await VendorServer.StartAsync(_openAI), await VendorServer.StartAsync(_gemini));

    public async Task DisposeAsync()
    {
        foreach (var services in _services)
        {
            await services.DisposeAsync();
        }

        await _openAIServer.DisposeAsync();
        await _geminiServer.DisposeAsync();
    }

    [Fact]
    public async Task OpenAI_gets_the_texts_in_batches_and_gives_vectors_of_length_1_in_their_order()
    {
        var embedder = Embedder("openai/text-embedding-3-small", ("EmbeddingBatch", "2"), ("EmbeddingDimensions", "8"));

        var vectors = await embedder.EmbedAsync(["a", "bb", "ccc"], isQuery: false, CancellationToken.None);

        Assert.Equal("openai/text-embedding-3-small", embedder.Model);
        Assert.Equal(["""{"model":"text-embedding-3-small","input":["a","bb"],"encoding_format":"float","dimensions":8}""", """{"model":"text-embedding-3-small","input":["ccc"],"encoding_format":"float","dimensions":8}"""], _openAIServer.Requests.Select(r => r.Text));
        Assert.Equal([[0.6f, 0.8f, 0f], Unit(3, 4, 1), Unit(3, 4, 2)], vectors.Select(v => v.Select(x => MathF.Round(x, 5)).ToArray()));
        Assert.Empty(_openAIServer.Refusals);
    }

    [Fact]
    public async Task Gemini_is_told_what_a_text_is_for()
    {
        var embedder = Embedder("gemini/gemini-embedding-001");

        var document = await embedder.EmbedAsync(["a"], isQuery: false, CancellationToken.None);
        var query = await embedder.EmbedAsync(["a"], isQuery: true, CancellationToken.None);

        Assert.Equal("""{"requests":[{"model":"models/gemini-embedding-001","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY"}]}""", _geminiServer.Requests[1].Text);
        Assert.Equal("/v1beta/models/gemini-embedding-001:batchEmbedContents", _geminiServer.Requests[1].Path);
        Assert.Equal(0f, document[0][3]);
        Assert.True(query[0][3] > 0.5f, "The query was made as a document.");
        Assert.Empty(_geminiServer.Refusals);
    }

    [Fact]
    public async Task A_model_without_task_types_is_told_in_the_text()
    {
        var embedder = Embedder("gemini/gemini-embedding-2", ("EmbeddingDimensions", "768"));

        await embedder.EmbedAsync(["a"], isQuery: true, CancellationToken.None);
        await embedder.EmbedAsync(["a"], isQuery: false, CancellationToken.None);

        Assert.Equal("""{"requests":[{"model":"models/gemini-embedding-2","content":{"parts":[{"text":"task: search result | query: a"}]},"outputDimensionality":768}]}""", _geminiServer.Requests[0].Text);
        Assert.Contains("title: none | text: a", _geminiServer.Requests[1].Text, StringComparison.Ordinal);
        Assert.Empty(_geminiServer.Refusals);
    }

    [Fact]
    public async Task More_texts_than_the_vendor_takes_at_once_go_out_in_several_requests()
    {
        var embedder = Embedder("gemini/gemini-embedding-001", ("EmbeddingBatch", "500"));

        var vectors = await embedder.EmbedAsync([.. Enumerable.Range(0, 250).Select(i => $"text {i}")], isQuery: false, CancellationToken.None);

        Assert.Equal(250, vectors.Count);
        Assert.Equal([100, 100, 50], _geminiServer.Requests.Select(r => r.Json!.Value.GetProperty("requests").GetArrayLength()));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_busy_vendor_is_asked_again(int status)
    {
        var embedder = Embedder("openai/text-embedding-3-small");
        _openAIServer.Enqueue(VendorReply.Json(status, """{"error":{"message":"busy","type":"server_error"}}""").WithHeader("retry-after-ms", "1"));

        var vectors = await embedder.EmbedAsync(["a"], isQuery: false, CancellationToken.None);

        Assert.Single(vectors);
        Assert.Equal(2, _openAIServer.Requests.Count);
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":[0,0,0]}]}""")]
    [InlineData("""{"data":[{"index":7,"embedding":[1]}]}""")]
    [InlineData("""{"data":[{"index":0,"embedding":["a"]}]}""")]
    [InlineData("""{"other":1}""")]
    public async Task Nonsense_is_the_vendors_fault(string answer)
    {
        var embedder = Embedder("openai/text-embedding-3-small");
        _openAIServer.Enqueue(VendorReply.Json(200, answer));

        var refused = await Assert.ThrowsAsync<ApiException>(() => embedder.EmbedAsync(["a"], isQuery: false, CancellationToken.None));

        Assert.NotEqual(ErrorCode.InvalidRequest, refused.Code);
    }

    [Fact]
    public async Task A_named_endpoint_makes_vectors_without_a_key()
    {
        var server = await VendorServer.StartAsync(new OpenAIEmbeddingVendor(Vector) { Key = null });
        await using var _ = server;
        var embedder = New("local/nomic-embed-text", [("OpenInteractions:Providers:Endpoints:local:BaseUrl", new Uri(server.Address, "v1").ToString())]).GetRequiredService<IEmbedder>();

        Assert.Single(await embedder.EmbedAsync(["a"], isQuery: true, CancellationToken.None));
    }

    [Fact]
    public void Without_the_setting_there_is_none() => Assert.Null(New(null, []).GetService<IEmbedder>());

    [Theory]
    [InlineData("nobody/model", "there is no provider 'nobody'")]
    [InlineData("openai", "must be a provider and a model")]
    [InlineData("openai/", "must be a provider and a model")]
    public void What_cannot_be_is_told_at_start(string setting, string problem)
    {
        var failure = Assert.Throws<OptionsValidationException>(() => New(setting, []).GetRequiredService<IOptions<FileSearchToolOptions>>().Value);

        Assert.Contains(failure.Failures, f => f.StartsWith("OpenInteractions:Tools:FileSearch:Embeddings: ", StringComparison.Ordinal) && f.Contains(problem, StringComparison.Ordinal));
    }

    private IEmbedder Embedder(string model, params (string Name, string Value)[] settings) =>
        New(model, [.. settings.Select(s => ($"{FileSearchToolOptions.Section}:{s.Name}", s.Value))]).GetRequiredService<IEmbedder>();

    private ServiceProvider New(string? model, (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("OPENAI_API_KEY", _openAI.Key), new("OPENAI_BASE_URL", new Uri(_openAIServer.Address, "v1").ToString()),
            new("GEMINI_API_KEY", GeminiEmbeddingVendor.Key), new("GOOGLE_GEMINI_BASE_URL", _geminiServer.Address.ToString().TrimEnd('/')),
            new("OpenInteractions:Providers:Ollama", "false"), new("OpenInteractions:Tools:FileSearch:Embeddings", model),
            .. settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value)),
        ]).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddSingleton<ISignatureEnvelope>(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize])).AddModelProviders(configuration).BuildServiceProvider();
        _services.Add(services);
        return services;
    }

    private static float[] Vector(string text) => [3, 4, text.Length - 1];

    private static float[] Unit(params float[] vector) => [.. vector.Select(v => MathF.Round(v / MathF.Sqrt(vector.Sum(x => x * x)), 5))];
}

using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Providers;
using OpenInteractions.Storage;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Embeddings;
using OpenInteractions.Tools.FileSearch;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>The manual in two stores of the embedded database, with vectors and without, read and found by what the server runs.</summary>
public sealed class ManualStore : IAsyncLifetime
{
    public const string Words = "words";
    public const string Vectors = "vectors";

    private const string Project = "p";

    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("oi-manual-");
    private VendorServer? _vendor;
    private ServiceProvider? _services;

    /// <summary>How many pieces a store has.</summary>
    public int Pieces { get; private set; }

    public async Task InitializeAsync()
    {
        if (Manual.File is null)
        {
            return;
        }

        var vectors = new ScriptedVectors([.. Manual.Read().Select(s => s.Text)], ManualQuestions.Meanings());
        _vendor = await VendorServer.StartAsync(new OpenAIEmbeddingVendor(vectors.Of) { Key = null });
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("OpenInteractions:Providers:Ollama", "false"),
            new("OpenInteractions:Providers:Endpoints:hand:BaseUrl", new Uri(_vendor.Address, "v1").ToString()),
            new("OpenInteractions:Tools:FileSearch:Embeddings", "hand/scripted"),
        ]).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration).AddSingleton(TimeProvider.System);
        services.AddSingleton<ISignatureEnvelope>(new SignatureEnvelope(new byte[SignatureEnvelope.KeySize])).AddSingleton<SealedReadings>();
        services.AddStorage(_data.FullName);
        services.AddModelProviders(configuration);
        services.AddOptions<ToolOptions>();
        services.AddFileSearch();
        _services = services.BuildServiceProvider();
        await FillAsync(Words, model: null);
        await FillAsync(Vectors, "hand/scripted");
    }

    public async Task DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
            await _vendor!.DisposeAsync();
        }

        _data.Delete(recursive: true);
    }

    internal Task<Findings> SearchAsync(string store, string query, int limit) => _services!.GetRequiredService<Retrieval>().SearchAsync(
        new PassageSearch { Project = Project, Stores = [ResourceNames.OfStore(store)], Queries = [query], Limit = 2 * limit }, CancellationToken.None);

    private async Task FillAsync(string store, string? model)
    {
        var (stores, uploads, time) = (_services!.GetRequiredService<IFileSearchStores>(), _services!.GetRequiredService<IDocumentUploads>(), TimeProvider.System.GetUtcNow());
        await stores.InsertAsync(new FileSearchStore { Project = Project, Id = store, EmbeddingModel = model, Created = time, Updated = time }, CancellationToken.None);
        Pieces = 0;
        foreach (var (number, section) in Manual.Read().Index())
        {
            var (key, bytes) = (new UploadKey(Project, store, $"d{number}"), Encoding.UTF8.GetBytes(section.Text));
            var document = new NewDocument { Project = Project, Store = store, Id = key.Document, DisplayName = section.Name, MimeType = "text/plain", Chunking = new Chunking(280, 40), Created = time };
            Assert.Equal(UploadStart.Begun, await uploads.BeginAsync(document, 1000, Ttl, CancellationToken.None));
            Assert.True(await uploads.AppendAsync(key, 0, bytes, Ttl, CancellationToken.None));
            Assert.NotNull(await uploads.FinishAsync(key, bytes.Length, CancellationToken.None));
            await ReadAsync(isEmbedded: model is not null);
        }
    }

    private async Task ReadAsync(bool isEmbedded)
    {
        var (queue, reader, embedder) = (_services!.GetRequiredService<IDocumentQueue>(), _services!.GetRequiredService<IDocumentReader>(), _services!.GetRequiredService<IEmbedder>());
        var claimed = (await queue.ClaimAsync(DocumentWork.Read, Ttl, CancellationToken.None))!;
        var content = (await queue.ReadContentAsync(claimed.Lease, CancellationToken.None))!.Value;
        var pieces = await reader.ReadAsync(content, claimed.MimeType, claimed.Chunking, CancellationToken.None);
        Assert.True(await queue.AddChunksAsync(claimed.Lease, 0, pieces, CancellationToken.None));
        Assert.True(await queue.ActivateAsync(claimed.Lease, pieces.Count, CancellationToken.None));
        Pieces += pieces.Count;
        if (isEmbedded)
        {
            claimed = (await queue.ClaimAsync(DocumentWork.Embed, Ttl, CancellationToken.None))!;
            var bare = await queue.ReadUnembeddedAsync(claimed.Lease, -1, 1000, CancellationToken.None);
            var vectors = await embedder.EmbedAsync([.. bare.Select(b => b.Embedded)], isQuery: false, CancellationToken.None);
            Assert.True(await queue.AddVectorsAsync(claimed.Lease, [.. bare.Zip(vectors, (b, v) => (b.Id, v))], CancellationToken.None));
            Assert.True(await queue.FinishVectorsAsync(claimed.Lease, CancellationToken.None));
        }
    }
}

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
using OpenInteractions.Tools.FileSearch.Reading;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>Files in two stores of the embedded database, with vectors and without, read and found by what the server runs.</summary>
public abstract class SearchedCorpus : IAsyncLifetime
{
    public const string Words = "words";
    public const string Vectors = "vectors";

    private const string Project = "p";

    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("oi-corpus-");
    private VendorServer? _vendor;
    private ServiceProvider? _services;

    /// <summary>The texts of all pieces.</summary>
    public IReadOnlyList<string> Pieces { get; private set; } = [];

    /// <summary>Nothing where the files could not be had.</summary>
    private protected abstract IReadOnlyList<CorpusFile> Files { get; }

    private protected abstract Chunking Chunking { get; }

    /// <summary>What questions mean, for <see cref="ScriptedVectors"/>.</summary>
    private protected abstract IEnumerable<(string Question, string Meaning)> Meanings { get; }

    public async Task InitializeAsync()
    {
        var files = new List<(CorpusFile File, IReadOnlyList<NewChunk> Pieces)>();
        using var reader = new DocumentReader();
        foreach (var file in Files)
        {
            files.Add((file, await reader.ReadAsync(file.Content, file.MimeType, Chunking, CancellationToken.None)));
        }

        if (files.Count == 0)
        {
            return;
        }

        Pieces = [.. files.SelectMany(f => f.Pieces).Select(p => p.Text)];
        var vectors = new ScriptedVectors(Pieces, Meanings);
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
        await FillAsync(Words, model: null, files);
        await FillAsync(Vectors, "hand/scripted", files);
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

    /// <summary>What one call of the tool finds, with so many pieces as it has by default.</summary>
    internal async Task<IReadOnlyList<Passage>> SearchAsync(string store, params string[] queries) => (await _services!.GetRequiredService<Retrieval>().SearchAsync(
        new PassageSearch { Project = Project, Stores = [ResourceNames.OfStore(store)], Queries = queries, Limit = new FileSearchToolOptions().Results }, CancellationToken.None)).Passages;

    private async Task FillAsync(string store, string? model, IEnumerable<(CorpusFile File, IReadOnlyList<NewChunk> Pieces)> files)
    {
        var (stores, uploads, time) = (_services!.GetRequiredService<IFileSearchStores>(), _services!.GetRequiredService<IDocumentUploads>(), TimeProvider.System.GetUtcNow());
        await stores.InsertAsync(new FileSearchStore { Project = Project, Id = store, EmbeddingModel = model, Created = time, Updated = time }, CancellationToken.None);
        foreach (var (number, (file, pieces)) in files.Index())
        {
            var key = new UploadKey(Project, store, $"d{number}");
            var document = new NewDocument { Project = Project, Store = store, Id = key.Document, DisplayName = file.Name, MimeType = file.MimeType, Chunking = Chunking, Created = time };
            Assert.Equal(UploadStart.Begun, await uploads.BeginAsync(document, 1000, Ttl, CancellationToken.None));
            Assert.True(await uploads.AppendAsync(key, 0, file.Content, Ttl, CancellationToken.None));
            Assert.NotNull(await uploads.FinishAsync(key, file.Content.Length, CancellationToken.None));
            await IndexAsync(pieces, isEmbedded: model is not null);
        }
    }

    private async Task IndexAsync(IReadOnlyList<NewChunk> pieces, bool isEmbedded)
    {
        var (queue, embedder) = (_services!.GetRequiredService<IDocumentQueue>(), _services!.GetRequiredService<IEmbedder>());
        var claimed = (await queue.ClaimAsync(DocumentWork.Read, Ttl, CancellationToken.None))!;
        Assert.True(await queue.AddChunksAsync(claimed.Lease, 0, pieces, CancellationToken.None));
        Assert.True(await queue.ActivateAsync(claimed.Lease, pieces.Count, CancellationToken.None));
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

/// <summary>A file as somebody uploads it.</summary>
internal sealed record CorpusFile(string Name, string MimeType, byte[] Content);

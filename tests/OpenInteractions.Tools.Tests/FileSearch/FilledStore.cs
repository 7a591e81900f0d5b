using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Storage;

namespace OpenInteractions.Tools.Tests.FileSearch;

/// <summary>A data directory that is filled with documents before a server runs on it.</summary>
internal sealed class FilledStore(string data) : IAsyncDisposable
{
    private const string Project = "default";

    private static readonly TimeSpan Ttl = TimeSpan.FromMinutes(5);

    private readonly ServiceProvider _services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddStorage(data).BuildServiceProvider();

    public Task AddStoreAsync(string id)
    {
        var now = TimeProvider.System.GetUtcNow();
        return _services.GetRequiredService<IFileSearchStores>().InsertAsync(new FileSearchStore { Project = Project, Id = id, Created = now, Updated = now }, CancellationToken.None);
    }

    public async Task AddDocumentAsync(string store, string id, string name, IReadOnlyList<CustomMetadata> metadata, params NewChunk[] pieces)
    {
        var (uploads, queue, key) = (_services.GetRequiredService<IDocumentUploads>(), _services.GetRequiredService<IDocumentQueue>(), new UploadKey(Project, store, id));
        var document = new NewDocument { Project = Project, Store = store, Id = id, DisplayName = name, MimeType = "text/plain", Metadata = metadata, Created = TimeProvider.System.GetUtcNow() };
        Assert.Equal(UploadStart.Begun, await uploads.BeginAsync(document, 100, Ttl, CancellationToken.None));
        Assert.True(await uploads.AppendAsync(key, 0, "text"u8.ToArray(), Ttl, CancellationToken.None));
        Assert.NotNull(await uploads.FinishAsync(key, 4, CancellationToken.None));
        var claimed = (await queue.ClaimAsync(DocumentWork.Read, Ttl, CancellationToken.None))!;
        Assert.True(await queue.AddChunksAsync(claimed.Lease, 0, pieces, CancellationToken.None));
        Assert.True(await queue.ActivateAsync(claimed.Lease, pieces.Length, CancellationToken.None));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

using System.Text;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Storage.Tests;

/// <summary>Stores and documents for tests.</summary>
internal static class FileSearchSample
{
    public const string Project = Sample.Project;

    public static readonly TimeSpan Ttl = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => CancellationToken.None;

    public static FileSearchStore Store(string id, string project = Project, string? model = null) => new()
    {
        Project = project,
        Id = id,
        DisplayName = $"The store {id}",
        EmbeddingModel = model,
        Created = Sample.Start,
        Updated = Sample.Start,
    };

    public static NewDocument Document(string store, string id, string project = Project) => new()
    {
        Project = project,
        Store = store,
        Id = id,
        DisplayName = id + ".txt",
        MimeType = "text/plain",
        Metadata = [new CustomMetadata("author", Text: "Ada"), new CustomMetadata("tags", Texts: ["a", "b\0"]), new CustomMetadata("year", Number: 1843.5)],
        Chunking = new Chunking(200, 20),
        Created = Sample.Start,
    };

    /// <summary>A document whose bytes are there.</summary>
    public static async Task<FileSearchDocument> UploadAsync(this TestStore store, string storeId, string id, string text = "text", string project = Project)
    {
        var (key, bytes) = (new UploadKey(project, storeId, id), Encoding.UTF8.GetBytes(text));
        Assert.Equal(UploadStart.Begun, await store.Uploads.BeginAsync(Document(storeId, id, project), 100, Ttl, Cancel));
        Assert.True(await store.Uploads.AppendAsync(key, 0, bytes, Ttl, Cancel));
        return (await store.Uploads.FinishAsync(key, bytes.Length, Cancel))!;
    }

    /// <summary>A document that can be found, with these pieces.</summary>
    public static async Task<long> AddAsync(this TestStore store, string storeId, string id, params string[] pieces)
    {
        var document = await store.UploadAsync(storeId, id);
        await store.IndexAsync(pieces);
        return document.Number;
    }

    /// <summary>Reads the document that is due.</summary>
    public static async Task IndexAsync(this TestStore store, params string[] pieces)
    {
        var claimed = await store.ClaimAsync(DocumentWork.Read);
        Assert.True(await store.Documents.AddChunksAsync(claimed.Lease, 0, [.. pieces.Select((text, at) => new NewChunk(text, at % 2 == 0 ? at + 1 : null))], Cancel));
        Assert.True(await store.Documents.ActivateAsync(claimed.Lease, pieces.Length, Cancel));
    }

    public static async Task<ClaimedDocument> ClaimAsync(this TestStore store, DocumentWork work)
    {
        var claimed = await store.Documents.ClaimAsync(work, Ttl, Cancel);
        Assert.NotNull(claimed);
        return claimed;
    }
}

using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Testing;
using static OpenInteractions.Storage.Tests.FileSearchSample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What becomes of documents in the background, over every engine.</summary>
public abstract class IndexingContract(IStorageFixture fixture)
{
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_document_is_cut_and_found()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "d", "alpha\nbeta\ngamma");
        await using var node = await StartAsync(store);

        await node.Queue.ComesAsync("active");

        Assert.Equal("beta", await FindAsync(store, "beta"));
        Assert.Equal(DocumentState.Active, (await store.FileSearchStores.GetDocumentAsync(Project, "s", "d", Cancel))!.State);
    }

    [Fact]
    public async Task Indexing_that_was_killed_half_way_is_done_once_by_the_next()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "d", string.Join('\n', Enumerable.Range(0, 250).Select(n => $"line{n} common")));
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var dead = await StartAsync(store, prepare: queue => queue.BeforeChunks = async (first, owned) =>
        {
            if (first == 200)
            {
                reached.SetResult();
                await new TaskCompletionSource().Task; // as a process that was killed: it never comes back, and hands nothing over
            }
        });
        await reached.Task.OrTimeout("two portions");
        Assert.Empty(await SearchAsync(store, "common"));
        store.Clock.Advance(2 * Ttl);

        await using var next = await StartAsync(store);
        await next.Queue.ComesAsync("active");

        Assert.Equal(250, (await SearchAsync(store, "common")).Count);
        Assert.Equal("line249 common", await FindAsync(store, "line249"));
        Assert.Equal(1, (await store.FileSearchStores.GetAsync(Project, "s", Cancel))!.Active);
        dead.Abandon();
    }

    [Fact]
    public async Task A_planned_stop_hands_a_document_over_at_once()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "d", "alpha");
        var reader = new LineReader { Before = owned => Task.Delay(Timeout.Infinite, owned) };
        var first = await StartAsync(store, reader);
        await reader.Begun.Task.OrTimeout("the reading");
        await first.DisposeAsync();

        var claimed = await store.ClaimAsync(DocumentWork.Read);

        Assert.Equal(1, claimed.Attempts);
    }

    [Fact]
    public async Task A_document_that_is_being_claimed_when_the_server_stops_is_handed_over_as_well()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "d", "alpha");
        var (claimed, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var node = await StartAsync(store, prepare: queue => queue.AfterClaim = () =>
        {
            claimed.TrySetResult();
            return answer.Task;
        });
        await claimed.Task.OrTimeout("the claim");
        var stopping = node.DisposeAsync();
        answer.SetResult();
        await stopping;

        Assert.Equal(1, (await store.ClaimAsync(DocumentWork.Read)).Attempts);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_fails_in_the_readers_words()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "bad", "unreadable");
        await store.UploadAsync("s", "good", "alpha");
        await using var node = await StartAsync(store);

        await node.Queue.ComesAsync("failed");
        await node.Queue.ComesAsync("active");

        var bad = (await store.FileSearchStores.GetDocumentAsync(Project, "s", "bad", Cancel))!;
        Assert.Equal((DocumentState.Failed, "This is no text."), (bad.State, bad.Failure));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_document_that_takes_too_long_has_failed_for_good_and_the_next_one_is_read(bool listens)
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "slow", "alpha");
        var never = new TaskCompletionSource();
        var reads = 0;
        var reader = new LineReader { Before = token => Interlocked.Increment(ref reads) > 1 ? Task.CompletedTask : listens ? Task.Delay(Timeout.Infinite, token) : never.Task };
        await using var node = await StartAsync(store, reader);
        await reader.Begun.Task.OrTimeout("the reading");

        store.Clock.Advance(ReadTimeout);
        await node.Queue.ComesAsync("failed");
        await store.UploadAsync("s", "next", "beta");
        await node.Queue.ComesAsync("active");

        var slow = (await store.FileSearchStores.GetDocumentAsync(Project, "s", "slow", Cancel))!;
        Assert.Equal((DocumentState.Failed, "The file cannot be read. Reading it took longer than 5 seconds."), (slow.State, slow.Failure));
        Assert.Equal(2, reader.Count);
        never.SetResult();
    }

    [Fact]
    public async Task A_reader_that_breaks_is_tried_again_and_then_given_up_without_a_word_of_its_fault()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "d", "alpha");
        await using var node = await StartAsync(store, new LineReader { Before = _ => throw new InvalidOperationException("/secret/path") });

        foreach (var pause in new[] { 10, 20, 40 })
        {
            await node.Queue.ComesAsync($"postponed by {pause} s");
            store.Clock.Advance(TimeSpan.FromSeconds(pause));
        }

        await node.Queue.ComesAsync("failed");
        Assert.Equal("The document could not be read in 3 attempts.", (await store.FileSearchStores.GetDocumentAsync(Project, "s", "d", Cancel))!.Failure);
    }

    [Fact]
    public async Task Words_are_found_while_the_embedding_model_fails_and_meanings_when_it_is_back()
    {
        await using var store = await NewStoreAsync();
        await store.UploadAsync("s", "d", "alpha\nbeta");
        var embedder = new ScriptedEmbedder { Fails = 2 };
        await using var node = await StartAsync(store, embedder: embedder);

        await node.Queue.ComesAsync("postponed by 10 s");
        Assert.Equal("alpha", await FindAsync(store, "alpha"));
        store.Clock.Advance(TimeSpan.FromSeconds(10));
        await node.Queue.ComesAsync("postponed by 20 s");
        Assert.Empty(await VectorsAsync(store));
        store.Clock.Advance(TimeSpan.FromSeconds(20));
        await node.Queue.ComesAsync("embedded");

        Assert.Equal([12f, 11f], (await VectorsAsync(store)).Select(v => v.Vector.Span[0])); // the length of what they are made of: the title, two line ends and the text
    }

    [Fact]
    public async Task Stores_from_before_there_was_a_model_get_their_vectors()
    {
        await using var store = await NewStoreAsync();
        await store.AddAsync("s", "d", [.. Enumerable.Range(0, 150).Select(n => $"piece {n}")]);
        await using var node = await StartAsync(store, embedder: new ScriptedEmbedder());

        await node.Queue.ComesAsync("embedded");

        Assert.Equal(150, (await VectorsAsync(store)).Count);
    }

    [Fact]
    public async Task What_is_deleted_is_erased()
    {
        await using var store = await NewStoreAsync();
        await store.AddAsync("s", "d", "alpha");
        await store.FileSearchStores.DeleteAsync(Project, "s", force: true, Cancel);
        await using var node = await StartAsync(store);

        await node.Queue.ComesAsync("erased");

        Assert.Null(await store.Documents.ClaimAsync(DocumentWork.Erase, Ttl, Cancel));
    }

    [Fact]
    public async Task Two_nodes_read_each_document_once()
    {
        await using var store = await NewStoreAsync();
        foreach (var n in Enumerable.Range(0, 12))
        {
            await store.UploadAsync("s", $"d{n}", $"alpha{n}");
        }

        var reader = new LineReader();
        await using var first = await StartAsync(store, reader);
        await using var second = await StartAsync(store, reader);
        await reader.ReadAsync(12).OrTimeout("twelve readings");

        Assert.Equal(12, reader.Count);
    }

    private static async Task<string> FindAsync(TestStore store, string query) =>
        Assert.Single(await store.Chunks.ReadChunksAsync(Project, [Assert.Single(await SearchAsync(store, query)).Id], Cancel)).Text;

    private static Task<IReadOnlyList<ChunkHit>> SearchAsync(TestStore store, string query) =>
        store.Chunks.SearchTextAsync(new ChunkSearch { Project = Project, Stores = ["fileSearchStores/s"], Query = query, Limit = 1000 }, Cancel);

    private static async Task<List<ChunkVector>> VectorsAsync(TestStore store)
    {
        var vectors = new List<ChunkVector>();
        await foreach (var vector in store.Chunks.ReadVectorsAsync(Project, "fileSearchStores/s", "p/m", Cancel))
        {
            vectors.Add(vector);
        }

        return vectors;
    }

    private static async Task<Node> StartAsync(TestStore store, IDocumentReader? reader = null, IEmbedder? embedder = null, Action<WatchedQueue>? prepare = null)
    {
        var queue = new WatchedQueue(store.Documents);
        prepare?.Invoke(queue);
        var options = Options.Create(new FileSearchOptions { ScanInterval = TimeSpan.FromMilliseconds(100), LeaseDuration = Ttl, ReadTimeout = ReadTimeout });
        var indexer = new DocumentIndexer(queue, new DocumentNews(), options, store.Clock, NullLogger<DocumentIndexer>.Instance, reader ?? new LineReader(), embedder);
        await indexer.StartAsync(Cancel);
        return new Node(indexer, queue);
    }

    private async Task<TestStore> NewStoreAsync()
    {
        var store = await fixture.NewStoreAsync();
        await store.FileSearchStores.InsertAsync(Store("s"), Cancel);
        return store;
    }

    private sealed class Node(DocumentIndexer indexer, WatchedQueue queue) : IAsyncDisposable
    {
        private bool _isAbandoned;

        public WatchedQueue Queue => queue;

        /// <summary>It hangs for ever: nobody waits for it.</summary>
        public void Abandon() => _isAbandoned = true;

        public async ValueTask DisposeAsync()
        {
            if (!_isAbandoned)
            {
                await indexer.StopAsync(Cancel).OrTimeout("the stop");
                indexer.Dispose();
            }
        }
    }

    /// <summary>Each line is a piece.</summary>
    private sealed class LineReader : IDocumentReader
    {
        private readonly Channel<bool> _read = Channel.CreateUnbounded<bool>();
        private int _count;

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Func<CancellationToken, Task> Before { get; init; } = _ => Task.CompletedTask;

        public int Count => _count;

        public async Task<IReadOnlyList<NewChunk>> ReadAsync(ReadOnlyMemory<byte> content, string mimeType, Chunking chunking, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            _read.Writer.TryWrite(true);
            Begun.TrySetResult();
            await Before(cancellationToken);
            var text = Encoding.UTF8.GetString(content.Span);
            return text == "unreadable" ? throw new ApiException(ErrorCode.InvalidRequest, "This is no text.") : [.. text.Split('\n').Select(line => new NewChunk(line, null))];
        }

        public async Task ReadAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                await _read.Reader.ReadAsync();
            }
        }
    }

    private sealed class ScriptedEmbedder : IEmbedder
    {
        public string Model => "p/m";

        public int Fails { get; set; }

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, bool isQuery, CancellationToken cancellationToken) => Fails-- > 0
            ? throw new ApiException(ErrorCode.ServiceUnavailable, "The model cannot be reached.")
            : Task.FromResult<IReadOnlyList<float[]>>([.. texts.Select(text => new[] { (float)text.Length, 0f })]);
    }
}

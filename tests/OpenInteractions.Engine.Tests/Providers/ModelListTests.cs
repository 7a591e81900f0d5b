using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Providers;

/// <summary>When lists of models are fetched, and what happens when they do not come.</summary>
public sealed class ModelListTests : IAsyncDisposable
{
    private readonly ManualTime _time = new();
    private readonly ModelCatalogOptions _options = new();
    private readonly ListedProvider _local = new("ollama", "llama3");
    private readonly ListedProvider _other = new("other", "mixtral");
    private readonly ModelCatalog _catalog;

    public ModelListTests() => _catalog = new ModelCatalog([_local, _other], Options.Create(_options), _time, NullLogger<ModelCatalog>.Instance);

    [Fact]
    public async Task A_list_is_fetched_when_it_is_needed_and_kept()
    {
        Assert.Equal(0, _local.Fetches);
        await _catalog.ResolveAsync("llama3", default);
        await _catalog.ResolveAsync("mixtral", default);
        await _catalog.ListAsync(default);

        Assert.Equal((1, 1), (_local.Fetches, _other.Fetches));
    }

    [Fact]
    public async Task Many_lookups_at_once_share_one_fetch()
    {
        _local.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _local.NextFetch();
        var lookups = Enumerable.Range(0, 50).Select(_ => _catalog.ResolveAsync("llama3", default).AsTask()).ToArray();
        await asked;
        _local.Gate.SetResult();

        Assert.All(await Task.WhenAll(lookups), r => Assert.Equal("ollama/llama3", r.QualifiedId));
        Assert.Equal(1, _local.Fetches);
    }

    [Fact]
    public async Task An_old_list_is_used_while_a_new_one_is_fetched()
    {
        await _catalog.ResolveAsync("llama3", default);
        _time.Advance(_options.ListFreshness);
        _local.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _local.NextFetch();

        Assert.Equal("ollama/llama3", (await _catalog.ResolveAsync("llama3", default)).QualifiedId);

        await asked;
        _local.Gate.SetResult();
    }

    [Fact]
    public async Task A_model_that_was_added_is_found_by_looking_once_more()
    {
        await _catalog.ResolveAsync("llama3", default);
        _local.Models = ["llama3", "qwen3"];
        _time.Advance(_options.ListRetryDelay);

        Assert.Equal("ollama/qwen3", (await _catalog.ResolveAsync("qwen3", default)).QualifiedId);
    }

    [Fact]
    public async Task Unknown_ids_do_not_make_every_lookup_fetch()
    {
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<ApiException>(async () => await _catalog.ResolveAsync("nothing", default));
        }

        Assert.Equal(1, _local.Fetches);
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_holds_a_lookup_for_the_patience_and_no_longer()
    {
        await _catalog.ResolveAsync("other/mixtral", default);
        _local.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var lookup = _catalog.ResolveAsync("mixtral", default).AsTask();
        await _time.TimersAsync(2, "the time-out of the fetch and the patience of the lookup");
        Assert.False(lookup.IsCompleted);
        _time.Advance(_options.ListPatience);

        Assert.Equal("other/mixtral", (await lookup).QualifiedId);

        // The second caller finds the fetch still on its way, and does not wait again.
        Assert.Equal("other/mixtral", (await _catalog.ResolveAsync("mixtral", default)).QualifiedId);
        Assert.Equal(1, _local.Fetches);
    }

    [Fact]
    public async Task A_fetch_that_takes_too_long_is_given_up_and_tried_again_later()
    {
        _options.ListTimeout = TimeSpan.FromSeconds(5);
        _options.ListPatience = TimeSpan.FromSeconds(10); // the lookup then ends when the fetch does
        await _catalog.ResolveAsync("other/mixtral", default);
        _local.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lookup = _catalog.ResolveAsync("mixtral", default).AsTask();
        await _time.TimersAsync(2, "the time-out of the fetch and the patience of the lookup");
        _time.Advance(_options.ListTimeout);
        await lookup;

        _local.Gate = null;
        await Assert.ThrowsAsync<ApiException>(async () => await _catalog.ResolveAsync("llama3", default));
        _time.Advance(_options.ListRetryDelay);

        Assert.Equal("ollama/llama3", (await _catalog.ResolveAsync("llama3", default)).QualifiedId);
        Assert.Equal(2, _local.Fetches);
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_does_not_fail_the_lookup()
    {
        _local.Failure = new ApiException(ErrorCode.ServiceUnavailable, "down");

        Assert.Equal("other/mixtral", (await _catalog.ResolveAsync("mixtral", default)).QualifiedId);
        Assert.Equal("ollama/anything", (await _catalog.ResolveAsync("ollama/anything", default)).QualifiedId);
        Assert.Equal(["mixtral"], (await _catalog.ListAsync(default)).Select(m => m.PublicId));
        Assert.Equal(1, _local.Fetches);
    }

    [Fact]
    public async Task A_list_that_cannot_be_renewed_stays_what_it_was()
    {
        await _catalog.ResolveAsync("llama3", default);
        _local.Failure = new HttpRequestException("down");
        _time.Advance(_options.ListFreshness);
        var asked = _local.NextFetch();
        await _catalog.ResolveAsync("llama3", default);
        await asked;

        Assert.Equal("ollama/llama3", (await _catalog.ResolveAsync("llama3", default)).QualifiedId);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_end_the_fetch_of_the_others()
    {
        _local.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _local.NextFetch();
        using var leaving = new CancellationTokenSource();
        var first = _catalog.ResolveAsync("llama3", leaving.Token).AsTask();
        var second = _catalog.ResolveAsync("llama3", default).AsTask();
        await asked;

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _local.Gate.SetResult();

        Assert.Equal("ollama/llama3", (await second).QualifiedId);
        Assert.Equal(1, _local.Fetches);
    }

    [Fact]
    public async Task Disposal_ends_a_fetch_that_is_on_its_way()
    {
        _local.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = _local.NextFetch();
        var lookup = _catalog.ResolveAsync("mixtral", default).AsTask();
        await asked;

        await _catalog.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal("other/mixtral", (await lookup).QualifiedId);
    }

    public ValueTask DisposeAsync() => _catalog.DisposeAsync();
}

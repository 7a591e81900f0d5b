using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tenancy;

[Rule("TR-5")]
public sealed class ApiKeyRingTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly ManualTime _time = new();
    private readonly KeysInMemory _store = new();

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_key_opens_its_project_and_no_other_text_opens_anything()
    {
        var (entry, key) = await _store.CreateAsync("search");
        var ring = await RingAsync(isPrivate: true);

        Assert.Equal(new Caller("search", entry.Id), await ring.FindAsync([key], Cancel));
        Assert.Null(await ring.FindAsync([key[..^1]], Cancel));
        Assert.Null(await ring.FindAsync([entry.Sha256], Cancel));
        Assert.Null(await ring.FindAsync([entry.Id], Cancel));
        Assert.Null(await ring.FindAsync([""], Cancel));
        Assert.Null(await ring.FindAsync([], Cancel));
    }

    [Fact]
    public async Task The_first_valid_key_counts()
    {
        var (_, first) = await _store.CreateAsync("one");
        var (_, second) = await _store.CreateAsync("two");

        Assert.Equal("two", (await (await RingAsync()).FindAsync(["wrong", second, first], Cancel))!.Project);
    }

    [Fact]
    public async Task Without_keys_a_private_server_serves_everybody_as_the_default_project()
    {
        var ring = await RingAsync(isPrivate: true);

        Assert.True(ring.AcceptsAnyone);
        Assert.Equal(new Caller("default", null), await ring.FindAsync(["anything"], Cancel));
        Assert.Equal(new Caller("default", null), await ring.FindAsync([], Cancel));
    }

    [Fact]
    public async Task Without_keys_a_server_that_others_reach_serves_nobody()
    {
        var ring = await RingAsync();

        Assert.False(ring.AcceptsAnyone);
        Assert.Null(await ring.FindAsync(["anything"], Cancel));
    }

    [Fact]
    public async Task A_server_that_has_not_looked_yet_serves_nobody_and_looks_when_it_is_asked()
    {
        var (_, key) = await _store.CreateAsync("search");
        var ring = NewRing(isPrivate: true);
        Assert.False(ring.AcceptsAnyone);

        Assert.Equal("search", (await ring.FindAsync([key], Cancel))!.Project);
    }

    [Fact]
    public async Task An_open_server_knows_keys_and_serves_everybody_else_too()
    {
        var (entry, key) = await _store.CreateAsync("search");
        var ring = await RingAsync(isOpen: true);

        Assert.Equal(new Caller("search", entry.Id), await ring.FindAsync([key], Cancel));
        Assert.Equal(new Caller("default", null), await ring.FindAsync(["wrong"], Cancel));
    }

    [Fact]
    public async Task The_first_key_closes_a_private_server_at_the_next_look()
    {
        var ring = await RingAsync(isPrivate: true);
        var (_, key) = await _store.CreateAsync("search");

        await ring.LookAsync(Cancel);

        Assert.Null(await ring.FindAsync(["anything"], Cancel));
        Assert.Equal("search", (await ring.FindAsync([key], Cancel))!.Project);
        Assert.Equal(1, ring.Count);
    }

    [Fact]
    public async Task A_revoked_key_opens_nothing_after_the_next_look()
    {
        var (entry, key) = await _store.CreateAsync("search");
        await _store.CreateAsync("other");
        var ring = await RingAsync(isPrivate: true);
        Assert.NotNull(await ring.FindAsync([key], Cancel));

        await _store.RevokeAsync(entry.Id, _time.GetUtcNow(), Cancel);
        await ring.LookAsync(Cancel);

        Assert.Null(await ring.FindAsync([key], Cancel));
    }

    [Fact]
    public async Task The_last_key_that_is_revoked_closes_the_server_now_and_at_the_next_start()
    {
        var ring = await RingAsync(isPrivate: true);
        var (entry, _) = await _store.CreateAsync("search");
        await _store.RevokeAsync(entry.Id, _time.GetUtcNow(), Cancel);

        await ring.LookAsync(Cancel);

        Assert.Null(await ring.FindAsync([], Cancel));
        Assert.False(ring.ServesThisMachineOnly);
        Assert.Null(await (await RingAsync(isPrivate: true)).FindAsync([], Cancel));
    }

    [Fact]
    public async Task Keys_that_are_lost_open_nothing()
    {
        var (_, key) = await _store.CreateAsync("search");
        var ring = await RingAsync(isPrivate: true);

        _store.Clear();
        await ring.LookAsync(Cancel);

        Assert.Null(await ring.FindAsync([key], Cancel));
        Assert.False(ring.AcceptsAnyone);
    }

    [Fact]
    public async Task A_request_asks_the_store_nothing_and_a_look_reads_the_keys_only_after_a_change()
    {
        var (_, key) = await _store.CreateAsync("search");
        var ring = await RingAsync();

        for (var request = 0; request < 100; request++)
        {
            Assert.NotNull(await ring.FindAsync([key], Cancel));
            Assert.Null(await ring.FindAsync(["wrong"], Cancel));
        }

        await ring.LookAsync(Cancel);

        Assert.Equal((2, 1), (_store.Asked, _store.Listed));
    }

    [Fact]
    public async Task A_key_that_is_not_known_is_asked_for_when_what_is_known_is_not_fresh()
    {
        await _store.CreateAsync("other");
        var ring = await RingAsync();
        var (_, key) = await _store.CreateAsync("search");

        _time.Advance(ApiKeyRing.Freshness - Moment);
        Assert.Null(await ring.FindAsync([key], Cancel));
        _time.Advance(Moment);
        Assert.Equal("search", (await ring.FindAsync([key], Cancel))!.Project);
    }

    [Fact]
    public async Task While_the_store_is_away_known_keys_open_what_they_did_for_a_minute_and_then_nobody_is_served()
    {
        var (_, key) = await _store.CreateAsync("search");
        var ring = await RingAsync();
        _store.IsAway = true;

        _time.Advance(ApiKeyRing.Patience - Moment);
        Assert.Equal("search", (await ring.FindAsync([key], Cancel))!.Project);
        _time.Advance(Moment);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await ring.FindAsync([key], Cancel));

        _store.IsAway = false;
        Assert.Equal("search", (await ring.FindAsync([key], Cancel))!.Project);
    }

    [Fact]
    public async Task While_the_store_is_away_a_key_that_is_not_known_is_not_called_wrong()
    {
        await _store.CreateAsync("search");
        var ring = await RingAsync();
        _store.IsAway = true;
        _time.Advance(ApiKeyRing.Freshness);

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await ring.FindAsync(["unknown"], Cancel));
    }

    [Fact]
    public async Task A_private_server_without_keys_closes_too_when_its_store_is_away_for_too_long()
    {
        var ring = await RingAsync(isPrivate: true);
        _store.IsAway = true;

        _time.Advance(ApiKeyRing.Patience);

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await ring.FindAsync([], Cancel));
    }

    [Fact]
    public async Task A_look_that_fails_changes_nothing()
    {
        var (_, key) = await _store.CreateAsync("search");
        var ring = await RingAsync();
        _store.IsAway = true;

        await Assert.ThrowsAsync<StoreUnavailableException>(() => ring.LookAsync(Cancel));

        Assert.NotNull(await ring.FindAsync([key], Cancel));
    }

    private async Task<ApiKeyRing> RingAsync(bool isOpen = false, bool isPrivate = false)
    {
        var ring = NewRing(isOpen, isPrivate);
        await ring.LookAsync(Cancel);
        return ring;
    }

    private ApiKeyRing NewRing(bool isOpen = false, bool isPrivate = false) => new(_store, isOpen, isPrivate, _time, NullLogger<ApiKeyRing>.Instance);
}

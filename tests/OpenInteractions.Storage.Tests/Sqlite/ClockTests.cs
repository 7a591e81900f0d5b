using OpenInteractions.Contracts.Interactions;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests.Sqlite;

/// <summary>A clock that is set while the store is open: leases and deadlines go by the time that passes.</summary>
public sealed class ClockTests : IAsyncLifetime
{
    private static readonly TimeSpan TwoDays = TimeSpan.FromDays(2);

    private TestStore _store = null!;

    private static CancellationToken Cancel => CancellationToken.None;

    public async Task InitializeAsync() => _store = await new SqliteFixture().NewStoreAsync();

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task A_lease_does_not_end_because_the_clock_was_set()
    {
        await _store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);

        _store.Clock.Set(TwoDays);
        Assert.Empty(await _store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));
        _store.Clock.Set(-TwoDays);
        _store.Clock.Advance(Ttl);

        Assert.Single(await _store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
    }

    [Fact]
    public async Task A_lease_that_was_renewed_before_the_clock_was_set_back_ends_in_time()
    {
        await _store.Runs.InsertAsync(Running(1), Run(), "node-a", Ttl, Cancel);
        await _store.Runs.RenewAsync([new("int_00000001", "node-a", 1)], Ttl, Cancel);

        _store.Clock.Set(-TwoDays);
        _store.Clock.Advance(Ttl);

        Assert.Single(await _store.Runs.ClaimAsync("node-b", Ttl, 10, Cancel));
    }

    [Fact]
    public async Task A_run_that_waits_keeps_the_time_that_it_has_left()
    {
        await _store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);

        _store.Clock.Set(TwoDays);
        _store.Clock.Advance(TimeSpan.FromSeconds(1));
        var claimed = Assert.Single(await _store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));

        Assert.Equal(Run().TimeLeft - TimeSpan.FromSeconds(1), claimed.TimeLeft);
    }

    [Fact]
    public async Task A_run_is_never_updated_before_it_was_created()
    {
        await _store.Runs.InsertAsync(Queued(1), Run(), null, Ttl, Cancel);
        _store.Clock.Advance(-TwoDays);

        var claimed = Assert.Single(await _store.Runs.ClaimAsync("node-a", Ttl, 10, Cancel));

        Assert.Equal((InteractionStatus.InProgress, Queued(1).Updated), (claimed.Interaction.Status, claimed.Interaction.Updated));
    }
}

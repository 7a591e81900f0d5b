using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about creates that come twice.</summary>
[Rule("ER-7")]
public abstract class MarkedInsertContract(IStorageFixture fixture)
{
    private static readonly IdempotencyMark Mark = new("key", "body");

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task The_first_insert_is_kept_and_the_second_is_told_of_it()
    {
        await using var store = await fixture.NewStoreAsync();

        var first = await store.Runs.InsertOnceAsync(Running(1), Run(), Mark, "node-a", Ttl, Cancel);
        var second = await store.Runs.InsertOnceAsync(Running(2), Run(), Mark with { RequestHash = "other" }, "node-a", Ttl, Cancel);

        Assert.Equal(new MarkedInsert(new RunLease(Id(1), "node-a", 1), null), first);
        Assert.Equal(new MarkedInsert(null, new EarlierCreate(Id(1), "body")), second);
        Same(Running(1), await store.Interactions.GetAsync(Project, Id(1), Cancel));
        Assert.Null(await store.Interactions.GetAsync(Project, Id(2), Cancel));
        Assert.Equal((0, 1), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task Of_many_at_once_one_is_kept()
    {
        await using var store = await fixture.NewStoreAsync();

        var inserts = await Task.WhenAll(Enumerable.Range(1, 20).Select(i => store.Runs.InsertOnceAsync(Queued(i), Run(), Mark, null, Ttl, Cancel)));

        Assert.Single(inserts, i => i.Earlier is null);
        Assert.Single(inserts.Select(i => i.Earlier).OfType<EarlierCreate>().Distinct());
        Assert.Equal((1, 0), await store.Runs.CountAsync(Cancel));
    }

    [Fact]
    public async Task The_mark_stays_when_the_run_has_ended_and_goes_with_its_interaction()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Null(await store.Runs.FindEarlierAsync(Project, Mark.Key, Cancel));
        var first = await store.Runs.InsertOnceAsync(Running(1), Run(), Mark, "node-a", Ttl, Cancel);
        await store.Runs.FinishAsync(first.Lease!.Value, Outcome(), [], Cancel);
        Assert.Equal(new EarlierCreate(Id(1), "body"), await store.Runs.FindEarlierAsync(Project, Mark.Key, Cancel));

        var ended = await store.Runs.InsertOnceAsync(Running(2), Run(), Mark, "node-a", Ttl, Cancel);
        await store.Interactions.DeleteAsync(Project, Id(1), Cancel);
        Assert.Null(await store.Runs.FindEarlierAsync(Project, Mark.Key, Cancel));
        var deleted = await store.Runs.InsertOnceAsync(Running(3), Run(), Mark, "node-a", Ttl, Cancel);

        Assert.Equal(new EarlierCreate(Id(1), "body"), ended.Earlier);
        Assert.Equal(new MarkedInsert(new RunLease(Id(3), "node-a", 1), null), deleted);
    }

    [Fact]
    public async Task Projects_do_not_share_their_keys()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Runs.InsertOnceAsync(Running(1), Run(), Mark, "node-a", Ttl, Cancel);

        var other = await store.Runs.InsertOnceAsync(Running(2) with { Project = "other" }, Run(), Mark, "node-a", Ttl, Cancel);

        Assert.Null(other.Earlier);
        Assert.Equal(
            (Id(1), Id(2), null),
            ((await store.Runs.FindEarlierAsync(Project, Mark.Key, Cancel))?.InteractionId, (await store.Runs.FindEarlierAsync("other", Mark.Key, Cancel))?.InteractionId, await store.Runs.FindEarlierAsync("third", Mark.Key, Cancel)));
    }
}

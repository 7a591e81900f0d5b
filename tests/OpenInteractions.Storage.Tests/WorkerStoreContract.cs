using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Workers;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about workers and their leases.</summary>
public abstract class WorkerStoreContract(IStorageFixture fixture)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_worker_is_read_as_it_was_kept_by_its_key_and_listed_in_its_project_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        var worker = New("w1") with { Name = "n\0", IsForAll = true };

        Assert.Equal(Insertion.Kept, await store.Workers.InsertAsync(worker, 10, Cancel));
        Assert.Equal(Insertion.Taken, await store.Workers.InsertAsync(worker with { KeyHash = "another" }, 10, Cancel));

        var kept = (await store.Workers.FindByKeyAsync("hash of w1", Cancel))!;
        Assert.Equal(worker with { Number = kept.Number }, kept);
        Assert.Equal(kept, await store.Workers.GetAsync("w1", Cancel));
        Assert.Equal([kept], await store.Workers.ListAsync(Project, 0, 10, Cancel));
        Assert.Empty(await store.Workers.ListAsync("another", 0, 10, Cancel));
        Assert.Equal([kept], await store.Workers.ListAllAsync(0, 10, Cancel));
        Assert.Empty(await store.Workers.ListAllAsync(kept.Number, 10, Cancel));
        Assert.Null(await store.Workers.FindByKeyAsync("hash", Cancel));
    }

    [Fact]
    public async Task A_project_has_as_many_as_it_may()
    {
        await using var store = await fixture.NewStoreAsync();
        Assert.Equal(Insertion.Kept, await store.Workers.InsertAsync(New("w1"), 1, Cancel));

        Assert.Equal(Insertion.TooMany, await store.Workers.InsertAsync(New("w2"), 1, Cancel));
        Assert.Equal(Insertion.Kept, await store.Workers.InsertAsync(New("w2") with { Project = "another" }, 1, Cancel));
    }

    [Fact]
    public async Task One_process_at_a_time_has_the_lease_and_the_next_one_a_higher_epoch()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Workers.InsertAsync(New("w"), 10, Cancel);

        var first = await store.Workers.LeaseAsync("w", "a", "d", Duration, Cancel);
        Assert.NotNull(first);
        Assert.True((await store.Workers.GetAsync("w", Cancel))!.IsLeased);
        Assert.Null(await store.Workers.LeaseAsync("w", "b", "d", Duration, Cancel));
        Assert.True(await store.Workers.LeaseAsync("w", "a", "d", Duration, Cancel) > first); // the same process, whose line was cut
        Assert.False(await store.Workers.RenewAsync("w", first.Value, Duration, Cancel));

        store.Clock.Advance(Duration - TimeSpan.FromSeconds(1));
        Assert.True(await store.Workers.RenewAsync("w", first.Value + 1, Duration, Cancel));
        store.Clock.Advance(Duration - TimeSpan.FromSeconds(1));
        Assert.Null(await store.Workers.LeaseAsync("w", "b", "d", Duration, Cancel));
        store.Clock.Advance(TimeSpan.FromSeconds(2));
        var over = (await store.Workers.GetAsync("w", Cancel))!;
        Assert.False(over.IsLeased);
        Assert.Equal("a", over.Holder);
        Assert.NotNull(over.Seen);
        Assert.False(await store.Workers.RenewAsync("w", first.Value + 1, Duration, Cancel)); // what is over stays so
        Assert.Equal(first + 2, await store.Workers.LeaseAsync("w", "b", "d", Duration, Cancel));
    }

    [Fact]
    public async Task A_lease_that_is_given_back_can_be_had_at_once_and_one_of_another_epoch_is_not_given_back()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Workers.InsertAsync(New("w"), 10, Cancel);
        var epoch = (await store.Workers.LeaseAsync("w", "a", "d", Duration, Cancel))!.Value;

        await store.Workers.ReleaseAsync("w", epoch - 1, Cancel);
        Assert.Null(await store.Workers.LeaseAsync("w", "b", "d", Duration, Cancel));
        await store.Workers.ReleaseAsync("w", epoch, Cancel);
        Assert.Equal(epoch + 1, await store.Workers.LeaseAsync("w", "b", "d", Duration, Cancel));
    }

    [Fact]
    public async Task The_first_lease_binds_a_worker_to_its_directory()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Workers.InsertAsync(New("w"), 10, Cancel);
        var epoch = (await store.Workers.LeaseAsync("w", "a", "d\0", Duration, Cancel))!.Value;
        await store.Workers.ReleaseAsync("w", epoch, Cancel);

        Assert.Null(await store.Workers.LeaseAsync("w", "a", "e", Duration, Cancel));
        Assert.Equal("d\0", (await store.Workers.GetAsync("w", Cancel))!.Directory);
    }

    [Fact]
    public async Task A_deleted_worker_has_no_key_and_no_lease_and_its_row_stays_until_it_is_forgotten()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Workers.InsertAsync(New("w"), 10, Cancel);
        var epoch = (await store.Workers.LeaseAsync("w", "a", "d", Duration, Cancel))!.Value;

        Assert.False(await store.Workers.DeleteAsync("another", "w", Cancel));
        await store.Workers.ForgetAsync("w", Cancel);
        Assert.True(await store.Workers.DeleteAsync(Project, "w", Cancel));

        Assert.False(await store.Workers.DeleteAsync(Project, "w", Cancel));
        Assert.Null(await store.Workers.FindByKeyAsync("hash of w", Cancel));
        Assert.False(await store.Workers.RenewAsync("w", epoch, Duration, Cancel));
        Assert.Null(await store.Workers.LeaseAsync("w", "a", "d", Duration, Cancel));
        Assert.Empty(await store.Workers.ListAsync(Project, 0, 10, Cancel));
        Assert.True(Assert.Single(await store.Workers.ListAllAsync(0, 10, Cancel)).IsDeleted);
        await store.Workers.ForgetAsync("w", Cancel);
        Assert.Empty(await store.Workers.ListAllAsync(0, 10, Cancel));
    }

    [Fact]
    public async Task Parts_of_an_image_are_read_as_they_were_kept_and_go_together()
    {
        await using var store = await fixture.NewStoreAsync();
        var large = new byte[1 << 20];
        Random.Shared.NextBytes(large);
        await store.Images.AppendAsync("c", 0, large, Cancel);
        await store.Images.AppendAsync("c", 1, new byte[] { 1, 0, 2 }, Cancel);
        await store.Images.AppendAsync("other", 0, new byte[] { 3 }, Cancel);

        Assert.Equal(large, await store.Images.ReadAsync("c", 0, Cancel));
        Assert.Equal([1, 0, 2], await store.Images.ReadAsync("c", 1, Cancel));
        Assert.Null(await store.Images.ReadAsync("c", 2, Cancel));
        await store.Images.DeleteAsync("c", Cancel);
        Assert.Null(await store.Images.ReadAsync("c", 0, Cancel));
        Assert.Equal([3], await store.Images.ReadAsync("other", 0, Cancel));
    }

    [Fact]
    public async Task Old_parts_without_a_checkpoint_are_swept_and_others_stay()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel);
        await store.Checkpoints.InsertAsync(CheckpointStoreContract.New("kept", "e", "i"), Cancel);
        await store.Images.AppendAsync("kept", 0, new byte[] { 1 }, Cancel);
        await store.Images.AppendAsync("left", 0, new byte[] { 2 }, Cancel);

        await store.Images.SweepAsync(DateTimeOffset.UnixEpoch, Cancel); // none is that old
        Assert.NotNull(await store.Images.ReadAsync("left", 0, Cancel));
        await store.Images.SweepAsync(DateTimeOffset.MaxValue.AddYears(-1), Cancel);

        Assert.Null(await store.Images.ReadAsync("left", 0, Cancel));
        Assert.NotNull(await store.Images.ReadAsync("kept", 0, Cancel));
    }

    private static StoredWorker New(string id) => new() { Project = Project, Id = id, Name = id, KeyHash = $"hash of {id}", Created = Start };
}

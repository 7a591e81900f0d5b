using OpenInteractions.Engine.Environments;
using static OpenInteractions.Storage.Tests.Sample;

namespace OpenInteractions.Storage.Tests;

/// <summary>What every engine promises about checkpoints.</summary>
public abstract class CheckpointStoreContract(IStorageFixture fixture)
{
    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_checkpoint_is_read_as_it_was_kept_by_its_project_alone()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Environments.InsertAsync(EnvironmentSample.New("e\0"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("e\0") with { Project = "another" }, Cancel);
        var whole = New("c\0", "e\0", "i\0") with { SizeBytes = 6_000_000_000, Host = "h\0" };

        var kept = (await store.Checkpoints.InsertAsync(whole, Cancel))!;

        Assert.True(kept.Number > 0);
        Assert.Equal(whole with { Number = kept.Number }, kept);
        Assert.Equal(kept, await store.Checkpoints.GetAsync(Project, "c\0", Cancel));
        Assert.Equal(kept, await store.Checkpoints.FindAsync(Project, "i\0", Cancel));
        Assert.Equal([kept], await store.Checkpoints.ListAsync(Project, "e\0", null, 10, Cancel));
        Assert.Null(await store.Checkpoints.GetAsync("another", "c\0", Cancel));
        Assert.Null(await store.Checkpoints.FindAsync("another", "i\0", Cancel));
        Assert.Empty(await store.Checkpoints.ListAsync("another", "e\0", null, 10, Cancel));
        Assert.False(await store.Checkpoints.DeleteAsync("another", "c\0", Cancel));
        Assert.Equal(kept, await store.Checkpoints.GetAsync(Project, "c\0", Cancel));
    }

    [Fact]
    public async Task None_is_kept_of_an_environment_that_is_gone_deleted_or_somebody_elses()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Environments.InsertAsync(EnvironmentSample.New("deleted"), Cancel);
        await store.Environments.DeleteAsync(Project, "deleted", Start, Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("theirs") with { Project = "another" }, Cancel);

        foreach (var environment in new[] { "none", "deleted", "theirs" })
        {
            Assert.Null(await store.Checkpoints.InsertAsync(New("c", environment, "i"), Cancel));
        }

        Assert.Null(await store.Checkpoints.GetAsync(Project, "c", Cancel));
    }

    [Fact]
    public async Task Those_of_an_environment_are_listed_page_by_page_with_the_newest_first()
    {
        await using var store = await fixture.NewStoreAsync();
        await FillAsync(store);

        var first = await store.Checkpoints.ListAsync(Project, "e", null, 2, Cancel);
        var second = await store.Checkpoints.ListAsync(Project, "e", first[^1].Number, 2, Cancel);

        Assert.Equal(["c", "b"], first.Select(c => c.Id));
        Assert.Equal(["a"], second.Select(c => c.Id));
        Assert.Empty(await store.Checkpoints.ListAsync(Project, "e", second[^1].Number, 2, Cancel));
    }

    [Fact]
    public async Task Of_an_interaction_the_newest_is_found_and_a_deleted_one_is_not()
    {
        await using var store = await fixture.NewStoreAsync();
        await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel);
        await store.Checkpoints.InsertAsync(New("first", "e", "i"), Cancel);
        await store.Checkpoints.InsertAsync(New("second", "e", "i"), Cancel);

        Assert.Equal("second", (await store.Checkpoints.FindAsync(Project, "i", Cancel))?.Id);
        Assert.True(await store.Checkpoints.DeleteAsync(Project, "second", Cancel));
        Assert.False(await store.Checkpoints.DeleteAsync(Project, "second", Cancel));
        Assert.Equal("first", (await store.Checkpoints.FindAsync(Project, "i", Cancel))?.Id);
    }

    [Fact]
    public async Task All_of_a_host_are_listed_by_age_and_counted_by_project()
    {
        await using var store = await fixture.NewStoreAsync();
        await FillAsync(store);

        var first = await store.Checkpoints.ListOfHostAsync("host", null, 0, 3, Cancel);
        var second = await store.Checkpoints.ListOfHostAsync("host", null, first[^1].Number, 3, Cancel);

        Assert.Equal(["a", "x", "b"], first.Select(c => c.Id));
        Assert.Equal(["theirs", "c"], second.Select(c => c.Id));
        Assert.Equal(["theirs"], (await store.Checkpoints.ListOfHostAsync("host", "another", 0, 3, Cancel)).Select(c => c.Id));
        Assert.Equal([new CheckpointUsage("another", 1, 5_000_000_000), new CheckpointUsage(Project, 4, 400)], await store.Checkpoints.UsageOfHostAsync("host", Cancel));
        Assert.Empty(await store.Checkpoints.UsageOfHostAsync("another-host", Cancel));
    }

    private static async Task FillAsync(TestStore store)
    {
        await store.Environments.InsertAsync(EnvironmentSample.New("e"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("other"), Cancel);
        await store.Environments.InsertAsync(EnvironmentSample.New("e") with { Project = "another" }, Cancel);
        foreach (var checkpoint in new[] { New("a", "e", "1"), New("x", "other", "2"), New("b", "e", "3"), New("theirs", "e", "1") with { Project = "another", SizeBytes = 5_000_000_000 }, New("c", "e", "4") })
        {
            Assert.NotNull(await store.Checkpoints.InsertAsync(checkpoint, Cancel));
        }
    }

    internal static StoredCheckpoint New(string id, string environment, string interaction) => new()
    {
        Project = Project, Id = id, EnvironmentId = environment, InteractionId = interaction, Host = "host", Created = Start, SizeBytes = 100,
    };
}

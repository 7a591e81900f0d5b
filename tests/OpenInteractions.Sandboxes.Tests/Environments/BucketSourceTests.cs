using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Sources of type <c>gcs</c>: objects of a bucket (behaviour EN-3, EN-4).</summary>
public sealed class BucketSourceTests
{
    [RootFact]
    [Rule("EN-3")]
    public async Task Objects_below_a_prefix_lie_below_the_target_over_all_pages()
    {
        using var storage = new BucketServer();
        foreach (var name in (string[])["data/a.txt", "data/deep/er/b ü+.txt", "data/c.txt", "data/empty/", "database.txt", "other/d.txt"])
        {
            storage.Add(name, name.EndsWith('/') ? "" : name);
        }

        await using var rig = Rig(storage);
        var made = await rig.CreateAsync(Source("gs://the-bucket/data/", "in"));
        var unnamed = await rig.CreateAsync(Source("gs://the-bucket/data", "in")); // no such object: what is below it
        var all = await rig.CreateAsync(Source("gs://the-bucket", "in"));

        const string Below = "./a.txt=data/a.txt\n./c.txt=data/c.txt\n./deep/er/b ü+.txt=data/deep/er/b ü+.txt\n";
        const string Print = "cd in; find . -type f | LC_ALL=C sort | while read -r f; do echo \"$f=$(cat \"$f\")\"; done";
        Assert.Equal(Below + "empty\n", await rig.RunAsync(made.Id, Print + "; ls -d empty"));
        Assert.Equal(Below, await rig.RunAsync(unnamed.Id, Print));
        Assert.Equal("5\n", await rig.RunAsync(all.Id, "find in -type f | wc -l"));
    }

    [RootFact]
    [Rule("EN-3")]
    public async Task One_object_is_the_file_of_the_target_or_lies_below_a_directory()
    {
        using var storage = new BucketServer();
        storage.Add("data/a.txt", "one");
        storage.Add("data/a.txt.bak", "two");
        await using var rig = Rig(storage);
        var made = await rig.CreateAsync(new EnvironmentSpec
        {
            Type = "remote", Sources = [.. Source("gs://the-bucket/data/a.txt", "b.txt").Sources!, .. Source("gs://the-bucket/data/a.txt", "dir/").Sources!],
        });

        Assert.Equal("oneone", await rig.RunAsync(made.Id, "cat b.txt dir/a.txt"));
        Assert.Equal("a.txt\n", await rig.RunAsync(made.Id, "ls dir"));
    }

    [RootTheory]
    [Rule("EN-4")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_private_bucket_is_read_with_the_credential_of_the_source_or_of_the_storages_host(bool isNamed)
    {
        using var storage = new BucketServer { Needed = "Bearer ya29.hunter2" };
        storage.Add("a.txt", "mine");
        storage.Add("b.txt", "yours");
        var secrets = new KnownSecrets { ["google"] = new OpenedHeader("Authorization", "Bearer", "ya29.hunter2") };
        await using var rig = Rig(storage, world: KnownSecrets.World(secrets));
        var spec = Source("gs://the-bucket", "in", isNamed ? "google" : null);
        var made = await rig.CreateAsync(isNamed ? spec : spec with { Network = new(new NetworkRules { Allowlist = new NetworkAllowlist([new AllowlistEntry { Domain = "127.0.0.1", Credential = "google" }]) }) });
        var bare = await rig.CreateAsync(Source("gs://the-bucket", "in"));

        Assert.Equal("mineyours", await rig.RunAsync(made.Id, "cat in/*"));
        Assert.Equal("", await rig.RunAsync(made.Id, "env | grep hunter2; grep -r hunter2 /workspace /home/agent"));
        Assert.Contains("401", (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(bare.Id, "true"))).Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task What_cannot_be_brought_in_is_told_and_nothing_of_it_is_written()
    {
        using var storage = new BucketServer();
        storage.Add("up/a.txt", "a");
        storage.Add("up/../../b.txt", "b");
        storage.Add("big/a", new string('x', 6000));
        storage.Add("big/b", new string('x', 6000));
        await using var rig = Rig(storage, o => o.MaxBucketBytes = 10_000);

        async Task<string> RefusedAsync(string source)
        {
            var made = await rig.CreateAsync(Source(source, "/workspace/in"));
            var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));
            Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
            return refused.Message;
        }

        Assert.Contains("up/../../b.txt", await RefusedAsync("gs://the-bucket/up/"), StringComparison.Ordinal);
        Assert.Contains("10000 bytes", await RefusedAsync("gs://the-bucket/big/"), StringComparison.Ordinal);
        Assert.Contains("'nothing'", await RefusedAsync("gs://the-bucket/nothing"), StringComparison.Ordinal);
        Assert.Contains("there is none", await RefusedAsync("gs://another-bucket/a"), StringComparison.Ordinal);
        storage.Claimed = 10; // what is told of an object is not believed
        Assert.Contains("10000 bytes", await RefusedAsync("gs://the-bucket/big/"), StringComparison.Ordinal);
        storage.Dispose();
        Assert.Contains("cannot be reached", await RefusedAsync("gs://the-bucket/up/"), StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("the-bucket/a")]
    [InlineData("https://storage.googleapis.com/the-bucket/a")]
    [InlineData("gs://")]
    [InlineData("gs://a/b")]
    [InlineData("gs://The-Bucket/a")]
    [InlineData("gs://the..bucket/a")]
    [InlineData("gs://the-bucket@evil.example/a")]
    [InlineData("gs://the-bucket/a*")]
    [InlineData("gs://the-bucket/a\nb")]
    public async Task What_is_no_address_of_a_bucket_is_refused_with_its_place_and_nothing_is_kept(string? source)
    {
        using var storage = new BucketServer();
        await using var rig = Rig(storage);

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync(Source(source, "in")));

        Assert.Equal((ErrorCode.InvalidRequest, "environment.sources[0].source"), (refused.Code, refused.Field));
        Assert.Empty(rig.Store.All);
    }

    private static EnvironmentSpec Source(string? source, string target, string? credential = null) =>
        new() { Type = "remote", Sources = [new EnvironmentSource { Type = "gcs", Source = source, Target = target, Credential = credential }] };

    private static EnvironmentRig Rig(BucketServer storage, Action<EnvironmentOptions>? adjust = null, EnvironmentRig.World? world = null) => Fetching.Rig(
        options =>
        {
            options.BucketEndpoint = storage.Address;
            adjust?.Invoke(options);
        },
        allow: false, // it is the operator's address
        world);
}

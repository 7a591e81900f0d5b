using System.Diagnostics;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>A key is made or revoked once, in the database, and all nodes go by it soon.</summary>
[Rule("TR-5")]
public sealed class ApiKeyTests
{
    private const string WrittenConnection = "Host=db;Database=interactions;Username=oi";

    // Promised is a second; a machine that is busy with other tests may need more.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancel => CancellationToken.None;

    [Fact]
    public async Task A_key_that_is_made_beside_running_nodes_opens_all_of_them_and_one_that_is_revoked_none()
    {
        await using var nodes = await NodeGroup.StartAsync(2);
        var store = new StoreLocation.InPostgres(nodes.ConnectionString);
        var key = Regex.Match(await Pages.RunAsync("keys of nodes", (WrittenConnection, nodes.ConnectionString)), "oi_[0-9a-f]{64}").Value;
        var (other, _) = await StoreKeys.CreateAsync(store, "other", Cancel);

        foreach (var node in nodes.All)
        {
            using var client = node.Client.WithKey(key);
            await UntilAsync(node.Client, 401); // the first key closes it
            Assert.Equal(200, (await client.ModelsAsync()).Status);
        }

        var id = (await StoreKeys.ListAsync(store, Cancel)).Single(k => k.Id != other.Id).Id;
        Assert.True(await StoreKeys.RevokeAsync(store, id, Cancel));
        foreach (var node in nodes.All)
        {
            using var client = node.Client.WithKey(key);
            await UntilAsync(client, 401);
            Assert.DoesNotContain(key, node.Log, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_of_keys_in_the_directory_of_one_node_opens_the_other_nodes_too()
    {
        await using var nodes = await NodeGroup.StartAsync(2);
        await nodes[1].StopAsync();
        var (entry, key) = ApiKeyFile.NewKey("before", TimeProvider.System.GetUtcNow());
        await new ApiKeyFile(Path.Combine(nodes[1].DataDirectory, ApiKeyFile.FileName)).AddAsync(entry, Cancel);

        await nodes[1].StartAgainAsync();

        using (var there = nodes[1].Client.WithKey(key))
        {
            Assert.Equal(200, (await there.ModelsAsync()).Status);
        }

        using var here = nodes[0].Client.WithKey(key);
        await UntilAsync(nodes[0].Client, 401);
        Assert.Equal(200, (await here.ModelsAsync()).Status);
    }

    [Fact]
    public async Task A_node_that_has_lost_the_database_serves_the_keys_that_it_knows_and_calls_none_wrong_until_it_is_back()
    {
        await using var nodes = await NodeGroup.StartAsync(2);
        var store = new StoreLocation.InPostgres(nodes.ConnectionString);
        var (entry, key) = await StoreKeys.CreateAsync(store, "known", Cancel);
        using var known = nodes[0].Client.WithKey(key);
        await UntilAsync(nodes[0].Client, 401);

        var told = nodes[0].LoggedAsync("cannot be asked for API keys");
        nodes.Proxy.Cut(Outage.Closed);
        await told;
        var (_, unseen) = await StoreKeys.CreateAsync(store, "unseen", Cancel);
        Assert.True(await StoreKeys.RevokeAsync(store, entry.Id, Cancel));
        using var late = nodes[0].Client.WithKey(unseen);
        await UntilAsync(late, 503); // and not 401: it may be valid
        Assert.Equal(200, (await known.ModelsAsync()).Status);

        nodes.Proxy.Mend();
        await UntilAsync(late, 200);
        await UntilAsync(known, 401);
    }

    private static async Task UntilAsync(InteractionsClient client, int status)
    {
        var since = Stopwatch.GetTimestamp();
        int seen;
        while ((seen = (await client.ModelsAsync()).Status) != status)
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Soon, $"The answer is still {seen} after {Soon}, and should be {status}.");
        }
    }
}

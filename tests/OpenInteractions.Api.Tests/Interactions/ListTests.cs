using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>The list and the tree (design 2).</summary>
[Rule("TR-11")]
[Rule("OP-interactions.list")]
[Rule("OP-interactions.tree")]
public sealed class ListTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    private async Task<string> CreateAsync(string more = "", string model = "demo", string input = "echo: x") =>
        (await _client.CreateAsync($$"""{"model":"{{model}}","input":"{{input}}"{{more}}}""")).Ok().Id;

    private static string Continue(string id) => $",\"previous_interaction_id\":\"{id}\"";

    private async Task<List<string>> IdsAsync(string query) => [.. Ids((await _client.ListAsync(query)).Ok().Json, "interactions")];

    private static IEnumerable<string> Ids(JsonElement page, string list) => page.GetProperty(list).EnumerateArray().Select(i => i.GetProperty("id").GetString()!);

    [Fact]
    public async Task The_newest_comes_first_and_without_its_steps()
    {
        var first = await CreateAsync();
        var second = await CreateAsync(",\"labels\":{\"team\":\"a\"}");

        var list = (await _client.ListAsync("?page_size=2")).Ok().Json.GetProperty("interactions");

        Assert.Equal([second, first], list.EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
        Assert.False(list[0].TryGetProperty("steps", out _));
        Assert.Equal(("completed", "demo", "a"), (list[0].GetProperty("status").GetString(), list[0].GetProperty("model").GetString(), list[0].GetProperty("labels").GetProperty("team").GetString()));
        Assert.True(list[0].TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Pages_join_to_the_whole_without_gap_or_repetition_while_more_are_made()
    {
        var label = Guid.NewGuid().ToString("N")[..8];
        var made = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            made.Add(await CreateAsync($",\"labels\":{{\"run\":\"{label}\"}}"));
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = (await _client.ListAsync($"?label.run={label}&page_size=3{(token is null ? "" : $"&page_token={token}")}")).Ok().Json;
            seen.AddRange(Ids(page, "interactions"));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
            await CreateAsync($",\"labels\":{{\"run\":\"{label}\"}}"); // newer than the first page: in no later one
        }
        while (token is not null);

        Assert.Equal(Enumerable.Reverse(made), seen);
    }

    [Fact]
    public async Task Every_filter_narrows_the_list()
    {
        var label = Guid.NewGuid().ToString("N")[..8];
        var root = await CreateAsync($",\"labels\":{{\"f\":\"{label}\",\"kind\":\"root\"}}");
        var child = await CreateAsync($",\"labels\":{{\"f\":\"{label}\"}}{Continue(root)}", model: "gpt-4.1");
        var cut = await CreateAsync($",\"labels\":{{\"f\":\"{label}\"}},\"generation_config\":{{\"max_output_tokens\":1}}", input: "count to 9");
        var created = (await _client.GetAsync(cut)).Ok().Json.GetProperty("created").GetString()!;

        Assert.Equal([cut, child, root], await IdsAsync($"?label.f={label}"));
        Assert.Equal([root], await IdsAsync($"?label.f={label}&label.kind=root"));
        Assert.Equal([cut], await IdsAsync($"?label.f={label}&status=incomplete"));
        Assert.Equal([child], await IdsAsync($"?label.f={label}&model=gpt-4.1"));
        Assert.Equal([child], await IdsAsync($"?label.f={label}&model=models/gpt-4.1"));
        Assert.Equal([child], await IdsAsync($"?previous_interaction_id={root}"));
        Assert.Equal([child], await IdsAsync($"?previous_interaction_id=interactions/{root}"));
        Assert.Empty(await IdsAsync($"?label.f={label}&agent=somebody"));
        Assert.Empty(await IdsAsync($"?label.f={label}&created_after=2999-01-01T00:00:00Z"));
        Assert.Equal([cut, child, root], await IdsAsync($"?label.f={label}&created_after=2020-01-01"));
        Assert.DoesNotContain(cut, await IdsAsync($"?label.f={label}&created_before={created}"));
        Assert.Contains(cut, await IdsAsync($"?label.f={label}&created_after={created}"));
        Assert.Empty(await IdsAsync("?label.f=other"));
    }

    [Theory]
    [InlineData("page_size=0")]
    [InlineData("page_size=1001")]
    [InlineData("page_size=-1")]
    [InlineData("page_size=ten")]
    [InlineData("page_size=1.5")]
    [InlineData("page_size=99999999999999")]
    [InlineData("page_token=abc")]
    [InlineData("page_token=!!!")]
    [InlineData("page_token=AAAAAAAAAAAAAAAAAAAA")]
    [InlineData("status=done")]
    [InlineData("status=COMPLETED")]
    [InlineData("created_after=yesterday")]
    [InlineData("created_before=2026-13-01T00:00:00Z")]
    [InlineData("model=demo&model=local/scripted")]
    [InlineData("label.team=a&label.team=b")]
    [InlineData("label.=a")]
    public async Task A_wrong_query_is_refused_and_named(string query)
    {
        var answer = await _client.ListAsync("?" + query);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains($"'{query.Split('=')[0]}'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_another_list_is_refused()
    {
        await CreateAsync();
        await CreateAsync();
        var token = (await _client.ListAsync("?page_size=1")).Ok().Json.GetProperty("next_page_token").GetString();

        var other = await _client.ListAsync($"?page_size=1&status=completed&page_token={token}");
        var longer = await _client.ListAsync($"?page_size=2&page_token={token}");

        Assert.Equal((400, "invalid_request"), (other.Status, other.ErrorCode));
        Assert.Equal(200, longer.Status); // another size is no other list
    }

    [Fact]
    public async Task The_tree_shows_ancestors_and_branches_from_any_of_its_members()
    {
        var root = await CreateAsync();
        var left = await CreateAsync(Continue(root));
        var right = await CreateAsync(Continue(root));
        var leaf = await CreateAsync(Continue(left));

        foreach (var start in (string[])[root, left, right, leaf])
        {
            var tree = (await _client.TreeAsync(start)).Ok().Json;
            Assert.Equal(root, tree.GetProperty("root_id").GetString());
            Assert.Equal([root, left, right, leaf], Ids(tree, "nodes"));
            Assert.Equal(
                [null, root, root, left],
                tree.GetProperty("nodes").EnumerateArray().Select(n => n.TryGetProperty("previous_interaction_id", out var p) ? p.GetString() : null));
            Assert.All(tree.GetProperty("nodes").EnumerateArray(), n => Assert.Equal(("completed", "demo"), (n.GetProperty("status").GetString(), n.GetProperty("model").GetString())));
        }
    }

    [Fact]
    public async Task The_tree_comes_in_pages_too()
    {
        var root = await CreateAsync();
        List<string> made = [root];
        for (var i = 0; i < 4; i++)
        {
            made.Add(await CreateAsync(Continue(root)));
        }

        var first = (await _client.TreeAsync(made[2], "?page_size=3")).Ok().Json;
        var second = (await _client.TreeAsync(root, $"?page_size=3&page_token={first.GetProperty("next_page_token").GetString()}")).Ok().Json;

        Assert.Equal(made, Ids(first, "nodes").Concat(Ids(second, "nodes")));
        Assert.False(second.TryGetProperty("next_page_token", out _));
        Assert.Equal(400, (await _client.TreeAsync(root, "?page_token=zzz")).Status);
    }

    [Fact]
    [Rule("ST-17")]
    public async Task The_tree_stays_when_one_of_it_is_deleted()
    {
        var root = await CreateAsync();
        var middle = await CreateAsync(Continue(root));
        var leaf = await CreateAsync(Continue(middle));

        (await _client.DeleteAsync(middle)).Ok();

        Assert.Equal([root, leaf], Ids((await _client.TreeAsync(leaf)).Ok().Json, "nodes"));
    }
}

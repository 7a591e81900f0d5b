using System.Net.Http.Json;
using System.Text.Json;

namespace OpenInteractions.Cli.Tests;

public sealed class InteractionsTests(LocalServer server) : IClassFixture<LocalServer>
{
    [Fact]
    public async Task The_list_has_the_newest_first_and_ends_at_its_limit()
    {
        await AskAsync("echo: one");
        var second = await AskAsync("echo: two");
        var third = await AskAsync("echo: three");

        var rows = (await OiAsync("interactions", "list", "--limit", "2")).Rows;

        Assert.Equal(["ID", "STATUS", "MODEL", "CREATED"], rows[0]);
        Assert.Equal([third, second], rows[1..].Select(row => row[0]));
        Assert.All(rows[1..], row => Assert.Equal(["completed", "demo"], row[1..3]));
    }

    [Fact]
    public async Task The_list_is_filtered()
    {
        var parent = await AskAsync("echo: parent");
        var child = await AskAsync("echo: child", parent);

        var rows = (await OiAsync("interactions", "list", "--previous", parent)).Rows;

        Assert.Equal(child, Assert.Single(rows[1..])[0]);
    }

    [Fact]
    public async Task Get_shows_the_interaction_as_the_api_gives_it()
    {
        var id = await AskAsync("echo: shown");

        using var shown = JsonDocument.Parse((await OiAsync("interactions", "get", id, "--include-input")).Output);

        Assert.Equal(id, shown.RootElement.GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Array, shown.RootElement.GetProperty("input").ValueKind);
    }

    [Fact]
    public async Task What_is_deleted_is_gone()
    {
        var id = await AskAsync("echo: soon gone");

        Assert.Equal($"Deleted {id}.\n", (await OiAsync("interactions", "delete", id)).Output);

        var again = await OiAsync("interactions", "get", id);
        Assert.Equal(1, again.Code);
        Assert.StartsWith("not_found: ", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_ends_a_run_in_the_background()
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var created = await http.PostAsJsonAsync($"{server.Url}/v1/interactions", new { model = "demo", input = "count to 1000 slowly, 500 ms", background = true });
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString()!;

        using var cancelled = JsonDocument.Parse((await OiAsync("interactions", "cancel", id)).Output);

        Assert.Equal("cancelled", cancelled.RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task The_tree_sets_branches_in_and_marks_the_one_asked_for()
    {
        var root = await AskAsync("echo: root");
        var trunk = await AskAsync("echo: trunk", root);
        var left = await AskAsync("echo: left", trunk);
        var right = await AskAsync("echo: right", trunk);
        var end = await AskAsync("echo: end", left);

        var lines = (await OiAsync("interactions", "tree", left)).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal([$"- {root}", $"- {trunk}", $"  * {left}", $"  - {end}", $"  - {right}"], lines.Select(line => line[..(line.IndexOf("int_", StringComparison.Ordinal) + root.Length)]));
    }

    [Fact]
    public async Task Models_are_listed_by_the_id_that_ask_takes()
    {
        Assert.Contains((await OiAsync("models")).Rows, row => row[0] == "demo");
    }

    private async Task<string> AskAsync(string text, string? previous = null) =>
        (await OiAsync(["ask", text, .. previous is null ? Array.Empty<string>() : ["--previous", previous]])).Error.Split(' ')[0];

    private Task<TerminalRun> OiAsync(params string[] args) => Terminal.OiAsync([.. args, "--url", server.Url]);
}

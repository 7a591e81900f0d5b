using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Environments;

/// <summary>Environments over HTTP: made, listed, read and deleted. No sandbox is started for it.</summary>
public sealed class EnvironmentTests(EnvironmentServer server) : IClassFixture<EnvironmentServer>
{
    [SandboxTheory]
    [InlineData("[]", "")]
    [InlineData("\"remote\"", "")]
    [InlineData("{", "")]
    [InlineData("""{"name":"mine"}""", "name")]
    [InlineData("""{"id":"env_mine"}""", "id")]
    [InlineData("""{"sources":"x"}""", "sources")]
    [InlineData("""{"sources":[{"type":"tar","target":"a"}]}""", "sources[0].type")]
    [InlineData("""{"sources":[{"type":"inline","target":"a"}]}""", "sources[0].content")]
    [InlineData("""{"sources":[{"type":"inline","content":"a"}]}""", "sources[0].target")]
    [InlineData("""{"sources":[{"type":"inline","target":"/etc/a","content":"a"}]}""", "sources[0].target")]
    [InlineData("""{"sources":[{"type":"inline","target":"a","content":"a","mode":7}]}""", "sources[0].mode")]
    [InlineData("""{"sources":[{"type":"inline","target":"a","content":"a","credential":"c"}]}""", "sources[0].credential")]
    [InlineData("""{"sources":[{"type":"repository","target":"a","source":"ssh://git@example.com/a"}]}""", "sources[0].source")]
    [InlineData("""{"sources":[{"type":"repository","target":"a","source":"https://example.com/a.git","credential":""}]}""", "sources[0].credential")]
    [InlineData("""{"sources":[{"type":"gcs","target":"a","source":"https://example.com/a"}]}""", "sources[0].source")]
    [InlineData("""{"sources":[{"type":"skill_registry","source":"tables"}]}""", "sources[0].type")]
    [InlineData("""{"env":{"1A":"x"}}""", "env.1A")]
    [InlineData("""{"env":{"A":{}}}""", "env.A")]
    [InlineData("""{"network":"open"}""", "network")]
    [InlineData("""{"network":{"allowlist":[{"domain":"http://example.com"}]}}""", "network.allowlist[0].domain")]
    [InlineData("""{"network":{"allowlist":[{"domain":"*","credential":"c"}]}}""", "network.allowlist[0].credential")]
    [InlineData("""{"from_environment":""}""", "from_environment")]
    [InlineData("""{"from_environment":"env_1","from_interaction":"int_1"}""", "from_interaction")]
    [Rule("EN-3")]
    public async Task What_cannot_be_made_is_refused_with_its_place_and_nothing_is_kept(string body, string field)
    {
        var before = await server.ListAsync();

        var refused = await server.Owner.PostAsync("environments", body);

        Assert.Equal(400, refused.Status);
        Assert.Contains(field, refused.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(before, await server.ListAsync());
    }

    [SandboxFact]
    [Rule("EN-11")]
    public async Task Pages_have_all_of_the_project_the_newest_first_and_nothing_of_others()
    {
        List<string> made = [await server.NewAsync(), await server.NewAsync(), await server.NewAsync()];
        var foreign = (await server.Stranger.PostAsync("environments", "{}")).Ok().Id;

        var (seen, token) = (new List<string>(), "");
        do
        {
            var page = (await server.GetAsync($"environments?page_size=2{token}")).Ok().Json;
            Assert.InRange(page.GetProperty("environments").GetArrayLength(), 1, 2);
            seen.AddRange(page.GetProperty("environments").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            token = page.TryGetProperty("next_page_token", out var next) ? $"&page_token={next.GetString()}" : "";
        }
        while (token.Length > 0);

        Assert.Equal(await server.ListAsync(), seen);
        made.Reverse();
        Assert.Equal(made, seen.Where(made.Contains));
        Assert.DoesNotContain(foreign, seen);
    }

    [SandboxTheory]
    [InlineData("page_size=0")]
    [InlineData("page_size=-1")]
    [InlineData("page_size=1001")]
    [InlineData("page_size=ten")]
    [InlineData("page_token=abc")]
    public async Task What_is_no_page_is_refused_by_name(string query)
    {
        var id = await server.NewAsync();

        foreach (var list in (string[])["environments", $"environments/{id}/checkpoints"])
        {
            var refused = await server.GetAsync($"{list}?{query}");

            Assert.Equal(400, refused.Status);
            Assert.Contains(query.Split('=')[0], refused.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [SandboxFact]
    public async Task A_token_is_for_its_own_list()
    {
        var (id, other) = (await server.NewAsync(), await server.NewAsync());
        var token = (await server.GetAsync("environments?page_size=1")).Ok().Json.GetProperty("next_page_token").GetString();

        Assert.Equal(200, (await server.GetAsync($"environments?page_size=1&page_token={token}")).Status);
        Assert.Equal(400, (await server.Stranger.SendAsync(HttpMethod.Get, $"environments?page_token={token}")).Status);
        Assert.Equal(400, (await server.GetAsync($"environments/{id}/checkpoints?page_token={token}")).Status);
        Assert.Equal(400, (await server.GetAsync($"agents?page_token={token}")).Status);
        Assert.NotEqual(id, other);
    }

    [SandboxFact]
    [Rule("EN-2")]
    [Rule("EN-11")]
    public async Task One_is_read_without_what_is_secret_and_deleted_once_and_strangers_find_nothing()
    {
        var id = await server.NewAsync("""
            {"sources":[{"type":"repository","source":"https://example.com/a.git?token=hunter2","target":"a","credential":"git"},{"type":"inline","target":"b","content":"hunter2"}],"env":{"KEY":"hunter2"},
             "network":{"allowlist":[{"domain":"example.com","credential":"crm","transform":{"X-Key":"hunter2"}}]}}
            """);

        var read = (await server.GetAsync($"environments/{id}")).Ok();
        Assert.DoesNotContain("hunter2", read.Text, StringComparison.Ordinal);
        Assert.Equal("""[{"type":"repository","source":"https://example.com/a.git","target":"a","credential":"git"},{"type":"inline","target":"b"}]""", read.Json.GetProperty("sources").GetRawText());
        Assert.Equal("""{"allowlist":[{"domain":"example.com","credential":"crm"}]}""", read.Json.GetProperty("network").GetRawText());
        foreach (var (method, path) in Addresses(id))
        {
            Assert.Equal((path, 404), (path, (await server.Stranger.SendAsync(method, path)).Status));
        }

        Assert.Equal(404, (await EnvironmentServer.PutAsync(server.Stranger, id, "workspace/a", "x")).Status);
        Assert.Equal(404, (await server.Stranger.PostAsync("environments", $$"""{"from_environment":"{{id}}"}""")).Status);
        (await server.GetAsync($"environments/{id}")).Ok();

        (await server.Owner.SendAsync(HttpMethod.Delete, $"environments/{id}")).Ok();
        foreach (var (method, path) in Addresses(id))
        {
            Assert.Equal((path, 404), (path, (await server.Owner.SendAsync(method, path)).Status));
        }

        Assert.DoesNotContain(id, await server.ListAsync());
    }

    [SandboxTheory]
    [InlineData("env_nobody")]
    [InlineData("nobody")]
    [InlineData("environments%2Fenv_nobody")]
    public async Task An_id_that_there_is_not_is_404(string id)
    {
        foreach (var (method, path) in Addresses(id))
        {
            var refused = await server.Owner.SendAsync(method, path);
            Assert.True(refused.Status is 404 or 400, $"{path}: {refused}");
            Assert.NotEmpty(refused.ErrorMessage);
        }
    }

    private static (HttpMethod Method, string Path)[] Addresses(string id) =>
    [
        (HttpMethod.Get, $"environments/{id}"), (HttpMethod.Get, $"environments/{id}/files/workspace"), (HttpMethod.Get, $"environments/{id}/files/workspace?alt=media"),
        (HttpMethod.Get, $"files/environment-{id}:download?alt=media"), (HttpMethod.Get, $"environments/{id}/checkpoints"), (HttpMethod.Delete, $"environments/{id}/checkpoints/ckpt_1"),
        (HttpMethod.Delete, $"environments/{id}"),
    ];
}

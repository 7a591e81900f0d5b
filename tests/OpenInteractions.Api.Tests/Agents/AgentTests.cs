using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Tests.BadInput;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Agents;

/// <summary>Definitions of agents over HTTP.</summary>
public sealed class AgentTests : IAsyncLifetime
{
    private const string Whole = """
        {"id":"helper","base_agent":"antigravity-preview-05-2026","description":"Helps","system_instruction":"Be kind.",
         "tools":[{"type":"function","name":"f","parameters":{"type":"object"}},{"type":"mcp_server","name":"docs","url":"https://mcp.example.com/","headers":{"Authorization":"Bearer SECRET-1"}},{"type":"url_context"}],
         "agent_config":{"type":"antigravity","model":"demo","max_total_tokens":"5000"}}
        """;

    private TestServer _server = null!;
    private InteractionsClient _client = null!;
    private InteractionsClient _other = null!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartWithKeysAsync(("one", "key-1"), ("two", "key-2"));
        (_client, _other) = (_server.Client.WithKey("key-1"), _server.Client.WithKey("key-2"));
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        _other.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    [Rule("CA-1")]
    public async Task An_agent_is_made_read_listed_and_deleted()
    {
        var made = (await _client.PostAsync("agents", Whole)).Ok();
        var bare = (await _client.PostAsync("agents", """{"id":"bare","base_agent":"antigravity-preview-05-2026"}""")).Ok();

        Assert.Equal(["id", "base_agent", "description", "system_instruction", "tools", "agent_config"], made.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal("""{"type":"antigravity","model":"demo","max_total_tokens":"5000"}""", made.Json.GetProperty("agent_config").GetRawText());
        Assert.Equal("""{"type":"mcp_server","name":"docs","url":"https://mcp.example.com/"}""", made.Json.GetProperty("tools")[1].GetRawText());
        Assert.Equal("""{"id":"bare","base_agent":"antigravity-preview-05-2026"}""", bare.Text);
        Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, "agents/helper")).Ok().Text);
        Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, "agents/agents%2Fhelper")).Ok().Text);
        Assert.Equal($$"""{"agents":[{{made.Text}},{{bare.Text}}]}""", (await _client.SendAsync(HttpMethod.Get, "agents?parent=projects/x")).Ok().Text);
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, "agents/helper")).Ok().Text);
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "agents/helper"), 404, "not_found", "helper");
        AssertRefused(await _client.SendAsync(HttpMethod.Delete, "agents/helper"), 404, "not_found", "helper");
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "agents/helper/versions"), 404, "not_found", "helper");
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "agents/antigravity-preview-05-2026"), 404, "not_found", "antigravity");
    }

    [Fact]
    public async Task Headers_of_tools_are_kept_and_neither_shown_nor_readable_on_the_disk()
    {
        var answers = new StringBuilder((await _client.PostAsync("agents", Whole)).Ok().Text);
        answers.Append((await PatchAsync("helper", """{"description":"Helps more"}""")).Ok().Text);
        answers.Append((await _client.PostAsync("agents/helper:rollback", """{"version":1}""")).Ok().Text);
        foreach (var path in new[] { "agents", "agents/helper", "agents/helper/versions" })
        {
            answers.Append((await _client.SendAsync(HttpMethod.Get, path)).Ok().Text);
        }

        var agent = (await _server.Services.GetRequiredService<AgentDefinitions>().FindAsync("one", "helper", default))!;
        Assert.Equal("Bearer SECRET-1", Assert.IsType<McpServerTool>(agent.Tools![1]).Headers!["Authorization"]);
        Assert.Null(await _server.Services.GetRequiredService<AgentDefinitions>().FindAsync("two", "helper", default));
        await _server.StopAsync();

        Assert.DoesNotContain("SECRET", answers.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", _server.Log.Text, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(_server.DataDirectory, "interactions.db*"), file => Assert.DoesNotContain("SECRET", Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gemini-mine")]
    [InlineData("Antigravity-x")]
    [InlineData("KAGGLE-")]
    [Rule("CA-2")]
    public async Task Reserved_ids_are_refused_in_any_case(string id)
    {
        AssertRefused(await _client.PostAsync("agents", $$"""{"id":"{{id}}","base_agent":"antigravity"}"""), 400, "invalid_request", "reserved");

        (await _client.PostAsync("agents", $$"""{"id":"my-{{id}}","base_agent":"antigravity"}""")).Ok();
    }

    [Theory]
    [InlineData("antigravity")]
    [InlineData("Antigravity")]
    [Rule("CA-2")]
    public async Task The_id_of_a_built_in_agent_is_taken(string id) =>
        AssertRefused(await _client.PostAsync("agents", $$"""{"id":"{{id}}","base_agent":"antigravity"}"""), 409, "already_exists", "built-in");

    [Fact]
    [Rule("CA-2")]
    public async Task A_taken_id_is_409_at_once_and_another_project_may_have_it()
    {
        var made = (await _client.PostAsync("agents", Whole)).Ok();

        var duplicate = await _client.PostAsync("agents", """{"id":"helper","base_agent":"antigravity"}""");

        AssertRefused(duplicate, 409, "already_exists", "helper");
        Assert.Equal("1", duplicate.Header("retry-after-ms"));
        Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, "agents/helper")).Ok().Text);
        AssertRefused(await _other.SendAsync(HttpMethod.Get, "agents/helper"), 404, "not_found", "helper");
        AssertRefused(await PatchAsync("helper", "{}", client: _other), 404, "not_found", "helper");
        AssertRefused(await _other.PostAsync("agents/helper:rollback", """{"version":1}"""), 404, "not_found", "helper");
        AssertRefused(await _other.SendAsync(HttpMethod.Get, "agents/helper/versions"), 404, "not_found", "helper");
        AssertRefused(await _other.SendAsync(HttpMethod.Delete, "agents/helper"), 404, "not_found", "helper");
        Assert.Equal("""{"agents":[]}""", (await _other.SendAsync(HttpMethod.Get, "agents")).Ok().Text);
        (await _other.PostAsync("agents", Whole)).Ok();
    }

    [Fact]
    [Rule("CA-9")]
    public async Task A_project_has_a_thousand_agents_at_most()
    {
        var store = _server.Services.GetRequiredService<IAgentStore>();
        var now = DateTimeOffset.UnixEpoch;
        var kept = await Task.WhenAll(Enumerable.Range(0, 999).Select(n =>
            store.InsertAsync(new StoredAgent { Project = "one", Id = $"a{n}", Created = now, Updated = now, Sealed = new byte[] { 1 } }, int.MaxValue, default)));
        Assert.All(kept, k => Assert.Equal(Insertion.Kept, k));

        (await _client.PostAsync("agents", """{"id":"last","base_agent":"antigravity"}""")).Ok();
        AssertRefused(await _client.PostAsync("agents", """{"id":"more","base_agent":"antigravity"}"""), 400, "failed_precondition", "1000");

        (await _client.SendAsync(HttpMethod.Delete, "agents/a0")).Ok();
        (await _client.PostAsync("agents", """{"id":"more","base_agent":"antigravity"}""")).Ok();
    }

    [Fact]
    [Rule("CA-9")]
    public async Task Each_change_is_a_version_and_any_of_them_can_be_brought_back()
    {
        var first = (await _client.PostAsync("agents", Whole)).Ok();
        var second = (await PatchAsync("helper", """{"system_instruction":"Be brief.","tools":[]}""")).Ok();
        var third = (await PatchAsync("helper", """{"base_agent":"antigravity-preview-05-2026","description":"ignored"}""", "base_agent,system_instruction,agent_config")).Ok();

        Assert.Equal("Be brief.", second.Json.GetProperty("system_instruction").GetString());
        Assert.Equal(("Helps", 0), (second.Json.GetProperty("description").GetString(), second.Json.GetProperty("tools").GetArrayLength()));
        Assert.Equal("""{"id":"helper","base_agent":"antigravity-preview-05-2026","description":"Helps","tools":[]}""", third.Text);
        Assert.Equal(third.Text, (await _client.SendAsync(HttpMethod.Get, "agents/helper")).Ok().Text);

        Assert.Equal(first.Text, (await _client.PostAsync("agents/helper:rollback", """{"version":1}""")).Ok().Text);

        Assert.Equal(first.Text, (await _client.SendAsync(HttpMethod.Get, "agents/helper")).Ok().Text);
        var versions = (await VersionsAsync()).Select(v => (v.GetProperty("version").GetInt64(), v.GetProperty("agent").GetRawText()));
        Assert.Equal([(4, first.Text), (3, third.Text), (2, second.Text), (1, first.Text)], versions);
        Assert.All(await VersionsAsync(), v => Assert.True(v.GetProperty("created").TryGetDateTimeOffset(out _)));
        AssertRefused(await _client.PostAsync("agents/helper:rollback", """{"version":5}"""), 404, "not_found", "version 5");

        // A definition that is made anew begins anew.
        (await _client.SendAsync(HttpMethod.Delete, "agents/helper")).Ok();
        (await _client.PostAsync("agents", """{"id":"helper","base_agent":"antigravity"}""")).Ok();
        Assert.Equal([1L], (await VersionsAsync()).Select(v => v.GetProperty("version").GetInt64()));
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_made_one_after_the_other()
    {
        (await _client.PostAsync("agents", """{"id":"helper","base_agent":"antigravity"}""")).Ok();

        var answers = await Task.WhenAll(
            PatchAsync("helper", """{"description":"d"}"""), PatchAsync("helper", """{"system_instruction":"s"}"""), PatchAsync("helper", """{"base_agent":"antigravity-preview-09-2026"}"""));

        Assert.All(answers, a => a.Ok());
        Assert.Equal("""{"id":"helper","base_agent":"antigravity-preview-09-2026","description":"d","system_instruction":"s"}""", (await _client.SendAsync(HttpMethod.Get, "agents/helper")).Ok().Text);
        Assert.Equal([4L, 3, 2, 1], (await VersionsAsync()).Select(v => v.GetProperty("version").GetInt64()));
    }

    [Fact]
    public async Task Agents_and_versions_are_listed_in_pages()
    {
        for (var n = 0; n < 3; n++)
        {
            (await _client.PostAsync("agents", $$"""{"id":"a{{n}}","base_agent":"antigravity"}""")).Ok();
            (await PatchAsync("a0", $$"""{"description":"{{n}}"}""")).Ok();
        }

        Assert.Equal(["a0", "a1", "a2"], (await PagesAsync("agents", "agents")).Select(a => a.GetProperty("id").GetString()));
        Assert.Equal([4L, 3, 2, 1], (await PagesAsync("agents/a0/versions", "versions")).Select(v => v.GetProperty("version").GetInt64()));
        var token = (await _client.SendAsync(HttpMethod.Get, "agents?page_size=1")).Ok().Json.GetProperty("next_page_token").GetString();
        AssertRefused(await _client.SendAsync(HttpMethod.Get, $"agents/a0/versions?page_token={token}"), 400, "invalid_request", "page_token");
        AssertRefused(await _other.SendAsync(HttpMethod.Get, $"agents?page_token={token}"), 400, "invalid_request", "page_token");
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "agents?page_size=1001"), 400, "invalid_request", "page_size");
    }

    [Fact]
    public async Task A_page_of_large_definitions_ends_early_and_goes_on()
    {
        var large = new string('x', 3_500_000);
        for (var n = 0; n < 7; n++)
        {
            (await _client.PostAsync("agents", $$"""{"id":"a{{n}}","base_agent":"antigravity","system_instruction":"{{large}}"}""")).Ok();
        }

        var first = (await _client.SendAsync(HttpMethod.Get, "agents")).Ok().Json;
        Assert.Equal(5, first.GetProperty("agents").GetArrayLength());
        var second = (await _client.SendAsync(HttpMethod.Get, $"agents?page_token={first.GetProperty("next_page_token").GetString()}")).Ok().Json;
        Assert.Equal(["a5", "a6"], second.GetProperty("agents").EnumerateArray().Select(a => a.GetProperty("id").GetString()));
        Assert.False(second.TryGetProperty("next_page_token", out _));
    }

    private static (string Body, string Names, string Code)[] BadCreates =>
    [
        ("", "id", ""), ("[]", "body", ""), ("{}", "id", ""), ("""{"id":"a"}""", "base_agent", ""), ("""{"id":"a","base_agent":""}""", "base_agent", ""), ("""{"id":"a","base_agent":null}""", "base_agent", ""),
        ("""{"id":"","base_agent":"antigravity"}""", "id", ""), ("""{"id":7,"base_agent":"antigravity"}""", "id", ""), ("""{"id":"a/b","base_agent":"antigravity"}""", "id", ""), ("""{"id":"a:rollback","base_agent":"antigravity"}""", "id", ""),
        ("""{"id":"..","base_agent":"antigravity"}""", "id", ""), ($$"""{"id":"{{new string('a', 129)}}","base_agent":"antigravity"}""", "128", ""), ("""{"id":"a","base_agent":"b c"}""", "base_agent", ""),
        ($$"""{"id":"a","base_agent":"{{new string('b', 257)}}"}""", "256", ""), ($$"""{"id":"a","base_agent":"antigravity","description":"{{new string('d', 4097)}}"}""", "4096", ""),
        ("""{"id":"a","base_agent":"antigravity","model":"demo"}""", "model", "parameter_unknown"), ("""{"id":"a","base_agent":"antigravity","baseAgent":"c"}""", "'base_agent'", "parameter_unknown"),
        ("""{"id":"a","base_agent":"antigravity","agent_config":{"type":"antigravity","max_total_tokens":"0"}}""", "agent_config.max_total_tokens", ""),
        ($$"""{"id":"a","agent_config":{"type":"antigravity","model":"{{new string('m', 257)}}"},"base_agent":"antigravity"}""", "agent_config.model", ""),
        ("""{"id":"a","base_agent":"antigravity","agent_config":{"model":"demo"}}""", "agent_config.type", ""),
        ("""{"id":"a","base_agent":"antigravity","base_environment":""}""", "base_environment", ""), ("""{"id":"a","base_agent":"antigravity","base_environment":{"type":"local"}}""", "base_environment.type", ""),
        ("""{"id":"a","base_agent":"nobody"}""", "base_agent", ""), ("""{"id":"a","base_agent":"antigravity","base_environment":"env_nowhere"}""", "env_nowhere", "not_found"),
        ($$"""{"id":"a","base_agent":"antigravity","system_instruction":"{{new string('s', 4_200_000)}}"}""", "4194304", ""),
    ];

    [Fact]
    public async Task What_cannot_be_an_agent_is_refused_at_its_place_and_nothing_is_kept()
    {
        foreach (var (body, names, code) in BadCreates)
        {
            AssertRefused(await _client.PostAsync("agents", body), code == "not_found" ? 404 : 400, code.Length == 0 ? "invalid_request" : code, names);
        }

        Assert.Equal("""{"agents":[]}""", (await _client.SendAsync(HttpMethod.Get, "agents")).Ok().Text);
        Assert.Empty(_server.Log.Errors);
    }

    [Fact]
    public async Task Tools_of_a_definition_are_refused_in_the_words_in_which_a_create_is()
    {
        (await _client.PostAsync("agents", """{"id":"c","base_agent":"antigravity"}""")).Ok();
        foreach (var tools in (string[])
        [
            """[{"type":"function","name":"a b"}]""",
            """[{"type":"function","name":"f"},{"type":"function","name":"f"}]""",
            """[{"type":"function","name":"f","parameters":{"type":"array"}}]""",
            """[{"type":"function","name":"f","parameters":{"type":"object","properties":{"x":{"type":"nonsense"}}}}]""",
            """[{"type":"retrieval"}]""",
            """[{"type":"mcp_server","name":"a-b","url":"https://mcp.example.com/"}]""",
            """[{"type":"mcp_server","name":"a","url":"http://127.0.0.1/"}]""",
            """[{"type":"mcp_server","name":"a","url":"https://x.example/"},{"type":"mcp_server","name":"a","url":"https://y.example/"}]""",
            """[{"type":"file_search","file_search_store_names":["fileSearchStores/unknown"]}]""",
            """[{"type":"nonsense"}]""",
            """[{"type":"url_context","extra":1}]""",
        ])
        {
            var create = await _client.CreateAsync($$"""{"model":"demo","input":"x","tools":{{tools}}}""");
            var define = await _client.PostAsync("agents", $$"""{"id":"a","base_agent":"antigravity","tools":{{tools}}}""");
            var change = await PatchAsync("c", $$"""{"tools":{{tools}}}""");

            Assert.InRange(create.Status, 400, 499);
            Assert.Equal((create.Status, create.Text), (define.Status, define.Text));
            Assert.Equal((create.Status, create.Text), (change.Status, change.Text));
        }

        Assert.Single(await PagesAsync("agents/c/versions", "versions"));
    }

    [Fact]
    public async Task What_cannot_be_a_change_is_refused_and_makes_no_version()
    {
        (await _client.PostAsync("agents", Whole)).Ok();
        foreach (var (body, mask, code, names) in ((string, string, string, string)[])
        [
            ("""{"id":"other"}""", "", "parameter_unknown", "id"),
            ("""{"description":7}""", "", "invalid_request", "description"),
            ("""{"base_agent":""}""", "", "invalid_request", "base_agent"),
            ("""{"description":"x"}""", "base_agent", "invalid_request", "base_agent"),
            ("""{"description":"x"}""", "*", "invalid_request", "base_agent"),
            ("""{"description":"x"}""", "descriptoin", "invalid_request", "'description'"),
            ("""{"description":"x"}""", "id", "invalid_request", "update_mask"),
            ("""{"description":"x"}""", "agent_config.model", "invalid_request", "update_mask"),
            ("""{"base_environment":"env_nowhere"}""", "", "not_found", "env_nowhere"),
        ])
        {
            AssertRefused(await PatchAsync("helper", body, mask), code == "not_found" ? 404 : 400, code, names);
        }

        Assert.Single(await VersionsAsync());
        Assert.Empty(_server.Log.Errors);
    }

    [Fact]
    public async Task What_cannot_be_rolled_back_to_is_refused()
    {
        (await _client.PostAsync("agents", Whole)).Ok();
        foreach (var (body, status) in ((string, int)[])
        [
            ("{}", 400),
            ("""{"version":0}""", 400),
            ("""{"version":"1"}""", 400),
            ("""{"version":1.5}""", 400),
            ("""{"version":9223372036854775807}""", 404),
            ("""{"version":9223372036854775808}""", 400),
            ("""{"version":1,"x":1}""", 400),
        ])
        {
            AssertRefused(await _client.PostAsync("agents/helper:rollback", body), status, null, "version");
        }

        Assert.Single(await VersionsAsync());
    }

    private async Task<List<System.Text.Json.JsonElement>> VersionsAsync() =>
        [.. (await _client.SendAsync(HttpMethod.Get, "agents/helper/versions")).Ok().Json.GetProperty("versions").EnumerateArray()];

    private async Task<List<System.Text.Json.JsonElement>> PagesAsync(string path, string member)
    {
        var all = new List<System.Text.Json.JsonElement>();
        string? token = null;
        do
        {
            var page = (await _client.SendAsync(HttpMethod.Get, $"{path}?page_size=2{(token is null ? "" : "&page_token=" + token)}")).Ok().Json;
            all.AddRange(page.GetProperty(member).EnumerateArray());
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }
        while (token is not null);
        return all;
    }

    private Task<Answer> PatchAsync(string id, string body, string mask = "", InteractionsClient? client = null) =>
        (client ?? _client).SendAsync((client ?? _client).Request(HttpMethod.Patch, $"agents/{id}{(mask.Length == 0 ? "" : "?update_mask=" + Uri.EscapeDataString(mask))}", InteractionsClient.Json(body)));

    private static void AssertRefused(Answer answer, int status, string? code, string names)
    {
        Assert.Null(Refused.Fault(answer, code));
        Assert.Equal(status, answer.Status);
        Assert.Contains(names, answer.ErrorMessage, StringComparison.Ordinal);
    }
}

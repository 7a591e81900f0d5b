using System.Text;
using OpenInteractions.Api.Tests.BadInput;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Credentials;

/// <summary>Credentials over HTTP.</summary>
public sealed class CredentialTests : IAsyncLifetime
{
    private const string Bearer = """{"id":"github","type":"bearer_token","token":"ghp-SECRET-1","header_name":"X-Key","prefix":""}""";

    private const string OAuth = """
        {"id":"mail","type":"oauth2","client_id":"app-SECRET-2","client_secret":"SECRET-3","refresh_token":"SECRET-4","token_url":"https://auth.example.com/token","scopes":["mail.read"]}
        """;

    private const string Variable = """
        {"id":"weather","type":"environment_variable","value":"SECRET-5","injection_location":["header","query"],"trusted_domains":["api.example.com","*.example.org","192.0.2.7"]}
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

    [Theory]
    [InlineData(Bearer, "github", "bearer_token")]
    [InlineData(OAuth, "mail", "oauth2")]
    [InlineData(Variable, "weather", "environment_variable")]
    public async Task Each_type_is_made_read_listed_changed_and_deleted(string body, string id, string type)
    {
        var made = (await _client.PostAsync("credentials", body)).Ok();

        Assert.Equal((id, type, "active"), (made.Id, made.Json.GetProperty("type").GetString(), made.State));
        Assert.Equal(["id", "type", "status", "create_time", "update_time"], made.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, $"credentials/{id}")).Ok().Text);
        Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, $"credentials/credentials%2F{id}")).Ok().Text);
        Assert.Equal($$"""{"credentials":[{{made.Text}}]}""", (await _client.SendAsync(HttpMethod.Get, "credentials")).Ok().Text);
        var changed = (await PatchAsync(id, body.Replace($"\"id\":\"{id}\",", "", StringComparison.Ordinal))).Ok();
        Assert.Equal((id, type, made.Json.GetProperty("create_time").GetString()), (changed.Id, changed.Json.GetProperty("type").GetString(), changed.Json.GetProperty("create_time").GetString()));
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, $"credentials/{id}")).Ok().Text);
        AssertRefused(await _client.SendAsync(HttpMethod.Get, $"credentials/{id}"), 404, "not_found", id);
        AssertRefused(await _client.SendAsync(HttpMethod.Delete, $"credentials/{id}"), 404, "not_found", id);
        AssertRefused(await PatchAsync(id, $$"""{"type":"{{type}}"}"""), 404, "not_found", id);
    }

    [Fact]
    [Rule("CR-2")]
    public async Task No_secret_is_in_an_answer_in_the_log_or_on_the_disk()
    {
        var answers = new StringBuilder();
        foreach (var body in new[] { Bearer, OAuth, Variable, Variable, Bearer.Replace("github", "a/SECRET-6", StringComparison.Ordinal)[..^1] + ",\"extra\":1}" })
        {
            answers.AppendLine((await _client.PostAsync("credentials", body)).Text);
        }

        foreach (var (id, body) in new[]
        {
            ("github", """{"type":"bearer_token","token":"SECRET-7"}"""), ("github", """{"type":"bearer_token","token":"SECRET-8\n"}"""), ("mail", """{"type":"oauth2","refresh_token":"SECRET-9"}"""),
            ("mail", """{"type":"bearer_token","token":"SECRET-10"}"""), ("weather", """{"type":"environment_variable","value":"SECRET-11\n"}"""),
        })
        {
            answers.AppendLine((await PatchAsync(id, body)).Text);
        }

        answers.AppendLine((await _client.SendAsync(HttpMethod.Get, "credentials")).Text);
        await _server.StopAsync();

        Assert.DoesNotContain("SECRET", answers.Replace("extra", "").Replace("a/SECRET-6", "").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", _server.Log.Text, StringComparison.Ordinal);
        var files = Directory.GetFiles(_server.DataDirectory, "interactions.db*");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var content = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.DoesNotContain("SECRET", content, StringComparison.Ordinal);
        }

        Assert.Contains("github", string.Concat(files.Select(f => Encoding.Latin1.GetString(File.ReadAllBytes(f)))), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CR-6")]
    public async Task A_duplicate_is_409_at_once_an_unknown_one_404_and_one_without_an_id_gets_a_UUID()
    {
        (await _client.PostAsync("credentials", Bearer)).Ok();
        var duplicate = await _client.PostAsync("credentials", Variable.Replace("weather", "github", StringComparison.Ordinal));
        AssertRefused(duplicate, 409, "aborted", "github");
        Assert.Equal("1", duplicate.Header("retry-after-ms"));
        Assert.Equal("bearer_token", (await _client.SendAsync(HttpMethod.Get, "credentials/github")).Ok().Json.GetProperty("type").GetString());

        var unnamed = (await _client.PostAsync("credentials", """{"type":"bearer_token","token":"t"}""")).Ok();
        Assert.True(Guid.TryParseExact(unnamed.Id, "D", out _), unnamed.Text);
        Assert.NotEqual(unnamed.Id, (await _client.PostAsync("credentials", """{"type":"bearer_token","token":"t"}""")).Ok().Id);
        AssertRefused(await _client.SendAsync(HttpMethod.Get, $"credentials/{Guid.NewGuid()}"), 404, "not_found", "credential");
    }

    [Fact]
    public async Task Another_projects_credential_is_not_there()
    {
        (await _client.PostAsync("credentials", Bearer)).Ok();

        AssertRefused(await _other.SendAsync(HttpMethod.Get, "credentials/github"), 404, "not_found", "github");
        AssertRefused(await PatchAsync("github", """{"type":"bearer_token","token":"x"}""", client: _other), 404, "not_found", "github");
        AssertRefused(await _other.SendAsync(HttpMethod.Delete, "credentials/github"), 404, "not_found", "github");
        Assert.Equal("""{"credentials":[]}""", (await _other.SendAsync(HttpMethod.Get, "credentials")).Ok().Text);
        (await _other.PostAsync("credentials", Bearer)).Ok();
        AssertRefused(await _server.Client.SendAsync(HttpMethod.Get, "credentials"), 401, "authentication", "key");
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        for (var n = 0; n < 5; n++)
        {
            (await _client.PostAsync("credentials", $$"""{"id":"c{{n}}","type":"bearer_token","token":"t"}""")).Ok();
        }

        var seen = new List<string>();
        string? token = null;
        do
        {
            var page = (await _client.SendAsync(HttpMethod.Get, $"credentials?page_size=2{(token is null ? "" : "&page_token=" + token)}")).Ok().Json;
            seen.AddRange(page.GetProperty("credentials").EnumerateArray().Select(c => c.GetProperty("id").GetString()!));
            token = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }
        while (token is not null);

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], seen);
        var first = (await _client.SendAsync(HttpMethod.Get, "credentials?page_size=2")).Ok().Json.GetProperty("next_page_token").GetString();
        AssertRefused(await _other.SendAsync(HttpMethod.Get, $"credentials?page_token={first}"), 400, "invalid_request", "page_token");
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "credentials?page_token=x"), 400, "invalid_request", "page_token");
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "credentials?page_size=1001"), 400, "invalid_request", "page_size");
        AssertRefused(await _client.SendAsync(HttpMethod.Get, "credentials?page_size=0"), 400, "invalid_request", "page_size");
    }

    private static (string Body, string Names)[] BadCreates =>
    [
        ("", "type"), ("[]", "body"), ("{", "JSON"), ("""{"id":"x"}""", "type"), ("""{"type":"password","id":"x"}""", "bearer_token"), ("""{"type":7}""", "type"),
        ("""{"type":"bearer_token","id":"x"}""", "token"), ("""{"type":"bearer_token","token":null}""", "token"), ("""{"type":"bearer_token","token":""}""", "token"),
        ("""{"type":"bearer_token","token":"a\r\nX-Evil: 1"}""", "token"), ("""{"type":"bearer_token","token":"a\u0000"}""", "token"), ("""{"type":"bearer_token","token":"東京"}""", "token"),
        ($$"""{"type":"bearer_token","token":"{{new string('t', 8193)}}"}""", "8192"), ("""{"type":"bearer_token","token":"t","value":"v"}""", "value"),
        ("""{"type":"bearer_token","token":"t","tokenn":"v"}""", "'token'"), ("""{"type":"bearer_token","token":"t","headerName":"v"}""", "header_name"),
        ("""{"type":"bearer_token","token":"t","header_name":"X Key"}""", "header_name"), ("""{"type":"bearer_token","token":"t","header_name":""}""", "header_name"),
        ("""{"type":"bearer_token","token":"t","header_name":"host"}""", "host"), ("""{"type":"bearer_token","token":"t","header_name":"Content-Length"}""", "Content-Length"),
        ("""{"type":"bearer_token","token":"t","prefix":"a\nb"}""", "prefix"), ($$"""{"type":"bearer_token","token":"t","prefix":"{{new string('p', 257)}}"}""", "256"),
        ("""{"type":"bearer_token","token":"t","id":""}""", "id"), ("""{"type":"bearer_token","token":"t","id":"a/b"}""", "id"), ("""{"type":"bearer_token","token":"t","id":"../x"}""", "id"),
        ("""{"type":"bearer_token","token":"t","id":".."}""", "id"), ("""{"type":"bearer_token","token":"t","id":"a__b"}""", "__"), ("""{"type":"bearer_token","token":"t","id":"a b"}""", "id"),
        ("""{"type":"bearer_token","token":"t","id":"größe"}""", "id"), ($$"""{"type":"bearer_token","token":"t","id":"{{new string('i', 129)}}"}""", "128"), ("""{"type":"bearer_token","token":"t","id":7}""", "id"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r"}""", "token_url"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","token_url":"https://a.example/t"}""", "refresh_token"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"","refresh_token":"r","token_url":"https://a.example/t"}""", "client_secret"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"http://a.example/t"}""", "https"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"http://127.0.0.1/t"}""", "token_url"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://169.254.169.254/t"}""", "token_url"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"file:///etc/passwd"}""", "token_url"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://u:p@a.example/t"}""", "token_url"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://a.example/t#x"}""", "token_url"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://a.example/t","scopes":["a b"]}""", "scopes[0]"),
        ("""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://a.example/t","scopes":["a",7]}""", "scopes[1]"),
        ($$"""{"type":"oauth2","client_id":"c","client_secret":"s","refresh_token":"r","token_url":"https://a.example/t","scopes":[{{string.Join(',', Enumerable.Repeat("\"s\"", 101))}}]}""", "100"),
        ("""{"type":"environment_variable","value":"v"}""", "injection_location"), ("""{"type":"environment_variable","injection_location":"header"}""", "value"),
        ("""{"type":"environment_variable","value":"v","injection_location":"cookie"}""", "'header', 'query', 'body'"), ("""{"type":"environment_variable","value":"v","injection_location":[]}""", "injection_location"),
        ("""{"type":"environment_variable","value":"v","injection_location":["body","body"]}""", "twice"), ("""{"type":"environment_variable","value":"v","injection_location":["body","cookie"]}""", "injection_location"),
        ("""{"type":"environment_variable","value":"a\nb","injection_location":["body","header"]}""", "value"), ($$"""{"type":"environment_variable","value":"{{new string('v', 65537)}}","injection_location":"body"}""", "65536"),
        ("""{"type":"environment_variable","value":"v","injection_location":"body","trusted_domains":["*"]}""", "trusted_domains[0]"),
        ("""{"type":"environment_variable","value":"v","injection_location":"body","trusted_domains":["a.example","https://b.example"]}""", "trusted_domains[1]"),
        ("""{"type":"environment_variable","value":"v","injection_location":"body","trusted_domains":["a.example:443"]}""", "trusted_domains[0]"),
        ("""{"type":"environment_variable","value":"v","injection_location":"body","trusted_domains":["*.192.0.2.1"]}""", "trusted_domains[0]"),
        ("""{"type":"environment_variable","value":"v","injection_location":"body","trusted_domains":["0x7f.1"]}""", "trusted_domains[0]"),
        ($$"""{"type":"environment_variable","value":"v","injection_location":"body","trusted_domains":[{{string.Join(',', Enumerable.Repeat("\"d.example\"", 101))}}]}""", "100"),
    ];

    [Fact]
    [Rule("TR-4")]
    public async Task What_cannot_be_a_credential_is_refused_at_its_place_and_nothing_is_kept()
    {
        foreach (var (body, names) in BadCreates)
        {
            AssertRefused(await _client.PostAsync("credentials", body), 400, "invalid_request", names);
        }

        Assert.Equal("""{"credentials":[]}""", (await _client.SendAsync(HttpMethod.Get, "credentials")).Ok().Text);
        Assert.Empty(_server.Log.Errors);
    }

    [Fact]
    public async Task What_cannot_be_a_change_is_refused_and_nothing_changes()
    {
        var made = (await _client.PostAsync("credentials", Bearer)).Ok();
        foreach (var (body, mask, names) in ((string, string, string)[])
        [
            ("""{"token":"x"}""", "", "type"),
            ("""{"type":"oauth2","client_id":"x"}""", "", "cannot be changed"),
            ("""{"type":"bearer_token","id":"other","token":"x"}""", "", "id"),
            ("""{"type":"bearer_token","token":""}""", "", "token"),
            ("""{"type":"bearer_token","value":"x"}""", "", "value"),
            ("""{"type":"bearer_token","header_name":"Host"}""", "", "header_name"),
            ("""{"type":"bearer_token"}""", "token", "token"),
            ("""{"type":"bearer_token","header_name":"X"}""", "*", "token"),
            ("""{"type":"bearer_token","token":"x"}""", "tokn", "'token'"),
            ("""{"type":"bearer_token","token":"x"}""", "token,,prefix", "update_mask"),
            ("""{"type":"bearer_token","token":"x"}""", "value", "update_mask"),
            ("""{"type":"bearer_token","token":"x"}""", "id", "update_mask"),
        ])
        {
            AssertRefused(await PatchAsync("github", body, mask), 400, "invalid_request", names);
            Assert.Equal(made.Text, (await _client.SendAsync(HttpMethod.Get, "credentials/github")).Ok().Text);
        }

        Assert.Empty(_server.Log.Errors);
    }

    private Task<Answer> PatchAsync(string id, string body, string mask = "", InteractionsClient? client = null) =>
        (client ?? _client).SendAsync((client ?? _client).Request(HttpMethod.Patch, $"credentials/{id}{(mask.Length == 0 ? "" : "?update_mask=" + Uri.EscapeDataString(mask))}", InteractionsClient.Json(body)));

    private static void AssertRefused(Answer answer, int status, string code, string names)
    {
        Assert.Null(Refused.Fault(answer, code));
        Assert.Equal(status, answer.Status);
        Assert.Contains(names, answer.ErrorMessage, StringComparison.Ordinal);
    }
}

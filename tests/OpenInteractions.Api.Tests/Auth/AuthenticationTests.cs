using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Auth;

/// <summary>Behaviour TR-5: who may call, and that projects do not see each other.</summary>
public sealed class AuthenticationTests : IAsyncLifetime
{
    private const string Hello = """{"model":"demo","input":"echo: hello"}""";

    private TestServer? _server;
    private InteractionsClient? _ada;
    private InteractionsClient? _bob;
    private string _key = "";

    private TestServer Server => _server!;

    private InteractionsClient Ada => _ada!;

    private InteractionsClient Bob => _bob!;

    public async Task InitializeAsync()
    {
        // Keys that are there at the start are known from the start.
        var (ada, bob) = ("oi_" + new string('a', 64), "oi_" + new string('b', 64));
        _server = await TestServer.StartWithKeysAsync(("ada", ada), ("bob", bob));
        (_key, _ada, _bob) = (ada, Server.Client.WithKey(ada), Server.Client.WithKey(bob));
    }

    public async Task DisposeAsync()
    {
        _ada?.Dispose();
        _bob?.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("x-goog-api-key", "{0}", "")]
    [InlineData("Authorization", "Bearer {0}", "")]
    [InlineData("Authorization", "bearer {0}", "")]
    [InlineData("x-api-key", "{0}", "")]
    [InlineData("api-key", "{0}", "")]
    [InlineData("x-goog-user-project", "any", "?key={0}")]
    [InlineData("x-goog-api-key", "wrong", "?key={0}")]
    [Rule("TR-5")]
    public async Task A_key_is_taken_in_every_form(string header, string value, string query)
    {
        var request = Server.Client.Request(HttpMethod.Post, "interactions" + query.Replace("{0}", _key, StringComparison.Ordinal), InteractionsClient.Json(Hello));
        request.Headers.TryAddWithoutValidation(header, value.Replace("{0}", _key, StringComparison.Ordinal));

        var answer = await Server.Client.SendAsync(request);

        Assert.Equal(200, answer.Status);
        Assert.Equal(200, (await Ada.GetAsync(answer.Id)).Status);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("x-goog-api-key", "")]
    [InlineData("x-goog-api-key", "wrong")]
    [InlineData("x-goog-api-key", "oi_")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Bearer wrong")]
    [InlineData("Authorization", "Basic b2k6b2k=")]
    [Rule("TR-5")]
    public async Task Without_a_valid_key_every_route_is_401(string? header, string? value)
    {
        (HttpMethod Method, string Path)[] routes =
        [
            (HttpMethod.Post, "interactions"), (HttpMethod.Get, "interactions"), (HttpMethod.Get, "interactions/int_1"), (HttpMethod.Get, "interactions/int_1?stream=true"),
            (HttpMethod.Delete, "interactions/int_1"), (HttpMethod.Post, "interactions/int_1/cancel"), (HttpMethod.Get, "interactions/int_1/tree"),
        ];
        foreach (var (method, path) in routes)
        {
            var request = Server.Client.Request(method, path, null);
            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation(header, value);
            }

            var answer = await Server.Client.SendAsync(request);

            Assert.Equal((401, "authentication"), (answer.Status, answer.ErrorCode));
            Assert.Contains("x-goog-api-key", answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Rule("TR-5")]
    public async Task The_models_need_a_key_and_say_so_in_their_own_shape()
    {
        var answer = await Server.Client.ModelsAsync();

        Assert.Equal(401, answer.Status);
        Assert.Equal("UNAUTHENTICATED", answer.Json.GetProperty("error").GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    [InlineData("/")]
    public async Task What_operators_look_at_needs_no_key(string path)
    {
        Assert.Equal(200, (await Server.Client.SendAsync(HttpMethod.Get, path)).Status);
    }

    [Fact]
    public async Task A_preflight_needs_no_key()
    {
        var request = Server.Client.Request(HttpMethod.Options, "interactions", null);
        request.Headers.Add("Origin", "https://example.org");
        request.Headers.Add("Access-Control-Request-Method", "POST");

        Assert.Equal(204, (await Server.Client.SendAsync(request)).Status);
    }

    [Fact]
    [Rule("TR-5")]
    public async Task Projects_do_not_see_each_other_on_any_route()
    {
        var mine = (await Ada.CreateAsync("""{"model":"demo","input":"My name is Ada.","labels":{"team":"a"}}""")).Ok();
        var background = (await Ada.CreateAsync("""{"model":"demo","input":"echo: x","background":true}""")).Ok();
        var token = JsonElement.Parse((await Ada.ListAsync("?page_size=1")).Ok().Body).GetProperty("next_page_token").GetString();

        foreach (var id in (string[])[mine.Id, background.Id])
        {
            Assert.Equal(404, (await Bob.GetAsync(id)).Status);
            Assert.Equal(404, (await Bob.GetAsync(id, "?stream=true")).Status);
            Assert.Equal(404, (await Bob.GetAsync(id, "?stream=true&last_event_id=1-1")).Status);
            Assert.Equal(404, (await Bob.TreeAsync(id)).Status);
            Assert.Equal(404, (await Bob.CancelAsync(id)).Status);
            Assert.Equal(404, (await Bob.DeleteAsync(id)).Status);
            var continued = await Bob.CreateAsync($$"""{"model":"demo","input":"What is my name?","previous_interaction_id":"{{id}}"}""");
            Assert.Equal((404, "not_found"), (continued.Status, continued.ErrorCode));
            Assert.Equal(404, (await Bob.GetAsync("int_unknown")).Status);
        }

        foreach (var query in (string[])["", "?label.team=a", $"?previous_interaction_id={mine.Id}", "?status=completed"])
        {
            Assert.Equal("""{"interactions":[]}""", (await Bob.ListAsync(query)).Ok().Text);
        }

        Assert.Equal(400, (await Bob.ListAsync($"?page_size=1&page_token={token}")).Status);
        Assert.Equal(200, (await Ada.GetAsync(mine.Id)).Status);
    }

    [Fact]
    [Rule("TH-4")]
    public async Task A_thought_of_one_project_is_of_no_use_to_another()
    {
        const string Settings = """{"thinking_level":"high","thinking_summaries":"auto"}""";
        const string User = """{"type":"user_input","content":[{"type":"text","text":"Again."}]}""";
        var mine = (await Ada.CreateAsync($$"""{"model":"demo","store":false,"generation_config":{{Settings}},"input":[{{User}}]}""")).Ok();
        var history = string.Join(',', mine.Steps.Select(s => s.GetRawText()));
        var again = $$"""{"model":"demo","store":false,"generation_config":{{Settings}},"input":[{{User}},{{history}},{{User}}]}""";

        Assert.Contains("came back to me unchanged", (await Ada.CreateAsync(again)).Ok().Text, StringComparison.Ordinal);
        Assert.Contains("no earlier thought of mine", (await Bob.CreateAsync(again)).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TR-5")]
    public async Task A_key_that_nobody_may_use_any_more_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var staying = server.Client.WithKey(await server.CreateKeyAsync("staying"));
        using var leaving = server.Client.WithKey(await server.CreateKeyAsync("leaving"));
        var before = (await leaving.ListAsync()).Status;

        await server.RevokeKeysAsync("leaving");
        var after = (await leaving.ListAsync()).Status;

        Assert.Equal((200, 401), (before, after));
        Assert.Equal(200, (await staying.ListAsync()).Status);
        Assert.Equal(401, (await server.Client.ListAsync()).Status);
    }

    [Fact]
    [Rule("TR-5")]
    public async Task Revoking_the_last_key_opens_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var ada = server.Client.WithKey(await server.CreateKeyAsync("ada"));
        var before = (await ada.ListAsync()).Status;

        await server.RevokeKeysAsync("ada");

        Assert.Equal((200, 401, 401), (before, (await ada.ListAsync()).Status, (await server.Client.ListAsync()).Status));
        Assert.Contains("every caller on this machine is served", server.Log.Text, StringComparison.Ordinal);
        Assert.Contains("none is valid: nobody is served", server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TR-5")]
    public async Task A_file_of_keys_that_breaks_while_the_server_runs_changes_nothing_and_is_told_once()
    {
        await using var server = await TestServer.StartAsync();
        using var ada = server.Client.WithKey(await server.CreateKeyAsync("ada"));
        Assert.Equal(200, (await ada.ListAsync()).Status);

        var file = Path.Combine(server.DataDirectory, "keys.json");
        var told = server.Log.NextAsync("is not a list of API keys");
        await File.WriteAllTextAsync(file, "[{");
        await told.OrTimeout("the line about the file");
        Assert.Equal((200, 401), ((await ada.ListAsync()).Status, (await server.Client.ListAsync()).Status));

        // The next look is over when what is written right now has been taken.
        var (next, key) = ApiKeyFile.NewKey("next", TimeProvider.System.GetUtcNow());
        var taken = server.Log.NextAsync("Took keys.json");
        File.Delete(file);
        await new ApiKeyFile(file).AddAsync(next, CancellationToken.None);
        await taken.OrTimeout("the line that the file was taken");
        using var bob = server.Client.WithKey(key);
        Assert.Equal(200, (await bob.ListAsync()).Status);
        Assert.False(File.Exists(file));
        Assert.Contains("is not a list of API keys", Assert.Single(server.Log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TR-5")]
    public async Task Keys_of_a_server_of_before_are_taken_into_the_store_once_and_open_what_they_did()
    {
        Assert.Equal(200, (await Ada.ListAsync()).Status);
        var entries = await Server.Services.GetRequiredService<IApiKeyStore>().ListAsync(CancellationToken.None);

        Assert.Equal(["key_ada", "key_bob"], entries.Select(e => e.Id));
        Assert.Equal(["keys.json.imported", "keys.json.lock"], Directory.GetFiles(Server.DataDirectory, "keys.json*").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Contains("2 API keys", Server.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://127.0.0.1:0;http://192.0.2.1:0")]
    public async Task A_server_that_others_can_reach_does_not_start_without_keys(string urls)
    {
        Assert.Equal(1, await TestServer.RunToEndAsync("--urls", urls));
    }

    [Fact]
    public async Task Keys_do_not_reach_the_log()
    {
        (await Ada.CreateAsync(Hello)).Ok();
        await Server.Client.SendAsync(HttpMethod.Get, $"interactions?key={_key}");
        await Server.Client.SendAsync(HttpMethod.Get, $"interactions/nothing?key={_key}");

        Assert.DoesNotContain(_key, Server.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("echo: hello", Server.Log.Text, StringComparison.Ordinal);
    }
}

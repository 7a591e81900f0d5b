using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Api.Tests.Credentials;

/// <summary>What is sent for credentials, as those who send it get it: made over HTTP, opened inside, with access tokens of a server on a socket.</summary>
public sealed class OpenedCredentialTests : IAsyncLifetime
{
    private const string Project = Caller.DefaultProject;

    private readonly ManualTime _time = new();
    private TestServer _server = null!;
    private VendorServer _tokens = null!;
    private InteractionsClient _client = null!;

    private ICredentials Credentials => _server.Services.GetRequiredService<ICredentials>();

    public async Task InitializeAsync()
    {
        _tokens = await VendorServer.StartAsync(new TokenServer());
        _server = await TestServer.StartAsync(_time, ("OpenInteractions:Outbound:AllowedNetworks:0", "127.0.0.1/32"));
        _client = _server.Client;
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _tokens.DisposeAsync();
    }

    [Fact]
    public async Task A_bearer_token_is_a_header_and_a_change_holds_from_the_next_use_on()
    {
        await CreateAsync("""{"id":"c","type":"bearer_token","token":"one"}""");
        Assert.Equal(new OpenedHeader("Authorization", "Bearer", "one"), await OpenAsync("c"));

        await ChangeAsync("c", """{"type":"bearer_token","header_name":"X-Key","prefix":""}""");
        Assert.Equal(new OpenedHeader("X-Key", "", "one"), await OpenAsync("c"));
        await ChangeAsync("c", """{"type":"bearer_token","token":"two","header_name":"Y","prefix":"P"}""", "token,prefix");
        Assert.Equal(new OpenedHeader("X-Key", "P", "two"), await OpenAsync("c"));
        await ChangeAsync("c", """{"type":"bearer_token"}""", "header_name,prefix");
        Assert.Equal(new OpenedHeader("Authorization", "Bearer", "two"), await OpenAsync("c"));
        await ChangeAsync("c", """{"type":"bearer_token","token":"three"}""", "*");
        Assert.Equal(new OpenedHeader("Authorization", "Bearer", "three"), await OpenAsync("c"));

        Assert.Null(await Credentials.ResolveAsync("another", "c", default));
        Assert.Null(await OpenAsync("unknown"));
        (await _client.SendAsync(HttpMethod.Delete, "credentials/c")).Ok();
        Assert.Null(await OpenAsync("c"));
    }

    [Fact]
    public async Task A_variable_says_where_it_may_stand_and_where_it_may_go()
    {
        await CreateAsync("""{"id":"one","type":"environment_variable","value":"a\nb","injection_location":"body"}""");
        await CreateAsync("""{"id":"many","type":"environment_variable","value":"v","injection_location":["header","query"],"trusted_domains":["*.example.com"]}""");

        var one = Assert.IsType<OpenedValue>(await OpenAsync("one"));
        var many = Assert.IsType<OpenedValue>(await OpenAsync("many"));

        Assert.Equal("a\nb", one.Value);
        Assert.Equal(["body"], one.InjectionLocations);
        Assert.Empty(one.TrustedDomains);
        Assert.Equal(["header", "query"], many.InjectionLocations);
        Assert.Equal(["*.example.com"], many.TrustedDomains);
        Assert.DoesNotContain("a\nb", one.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("CR-1")]
    public async Task An_access_token_is_fetched_once_kept_until_it_is_nearly_over_and_fetched_with_the_newest_refresh_token()
    {
        await CreateOAuthAsync(""","scopes":["a","b"]""");
        _tokens.Enqueue(VendorReply.Json(200, """{"access_token":"at-1","token_type":"bearer","expires_in":3600,"refresh_token":"rt-2"}"""));
        _tokens.Enqueue(VendorReply.Json(200, """{"access_token":"at-2","expires_in":"600"}"""));

        Assert.Equal(new OpenedHeader("Authorization", "Bearer", "at-1"), await OpenAsync("c"));
        _time.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(new OpenedHeader("Authorization", "Bearer", "at-1"), await OpenAsync("c"));
        Assert.Single(_tokens.Requests);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(new OpenedHeader("Authorization", "Bearer", "at-2"), await OpenAsync("c"));
        _time.Advance(TimeSpan.FromSeconds(600 - 60));
        Assert.Equal("at-default", Assert.IsType<OpenedHeader>(await OpenAsync("c")).Token);

        Assert.Equal(
            [
                "grant_type=refresh_token&refresh_token=rt-1&scope=a+b&client_id=app&client_secret=top%26secret",
                "grant_type=refresh_token&refresh_token=rt-2&scope=a+b&client_id=app&client_secret=top%26secret",
                "grant_type=refresh_token&refresh_token=rt-2&scope=a+b&client_id=app&client_secret=top%26secret",
            ],
            _tokens.Requests.Select(r => r.Text));
        Assert.All(_tokens.Requests, r => Assert.Equal(("POST", "/token", "application/x-www-form-urlencoded"), (r.Method, r.Path, r.Header("content-type"))));

        // Others see when its owner changed it, and not when it was refreshed.
        var shown = (await _client.SendAsync(HttpMethod.Get, "credentials/c")).Ok().Json;
        Assert.Equal(shown.GetProperty("create_time").GetString(), shown.GetProperty("update_time").GetString());
    }

    [Fact]
    public async Task Of_all_who_need_an_access_token_one_fetches_it_and_who_leaves_does_not_end_it()
    {
        await CreateOAuthAsync();
        var gate = new Gate();
        _tokens.Enqueue(VendorReply.Json(200, """{"access_token":"at-1","expires_in":3600}""").HangBeforeHeaders(gate));
        using var leaves = new CancellationTokenSource();
        var left = Credentials.ResolveAsync(Project, "c", leaves.Token).AsTask();
        var all = Enumerable.Range(0, 8).Select(_ => OpenAsync("c")).ToArray();
        await gate.Reached.OrTimeout("the fetch");

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.Open();

        Assert.All(await Task.WhenAll(all).OrTimeout("the access tokens"), opened => Assert.Equal(new OpenedHeader("Authorization", "Bearer", "at-1"), opened));
        Assert.Single(_tokens.Requests);
    }

    [Fact]
    public async Task Who_finds_another_node_fetching_waits_for_it_and_fetches_himself_when_it_gives_up()
    {
        await CreateOAuthAsync();
        var store = _server.Services.GetRequiredService<ICredentialStore>();
        var credential = (await store.GetAsync(Project, "c", default))!;
        Assert.True(await store.TryBeginRefreshAsync(credential, TimeSpan.FromHours(1), default));

        var opening = OpenAsync("c");
        await _time.TimerAsync(TimeSpan.FromMilliseconds(150), "the other node");
        Assert.Empty(_tokens.Requests);
        Assert.False(opening.IsCompleted);
        await store.EndRefreshAsync(credential, default);
        _time.Advance(TimeSpan.FromMilliseconds(150));

        Assert.Equal("at-default", Assert.IsType<OpenedHeader>(await opening.OrTimeout("the access token")).Token);
    }

    [Fact]
    public async Task What_was_fetched_for_secrets_that_its_owner_has_replaced_is_not_used()
    {
        await CreateOAuthAsync();
        var gate = new Gate();
        _tokens.Enqueue(VendorReply.Json(200, """{"access_token":"of the old","expires_in":3600,"refresh_token":"rt-old"}""").HangBeforeHeaders(gate));
        _tokens.Enqueue(VendorReply.Json(200, """{"access_token":"of-the-new","expires_in":3600}"""));
        var opening = OpenAsync("c");
        await gate.Reached.OrTimeout("the fetch");

        await ChangeAsync("c", """{"type":"oauth2","refresh_token":"rt-new"}""");
        gate.Open();

        Assert.Equal("of-the-new", Assert.IsType<OpenedHeader>(await opening.OrTimeout("the access token")).Token);
        Assert.Contains("refresh_token=rt-new", _tokens.Requests[1].Text, StringComparison.Ordinal);
        Assert.Equal("of-the-new", Assert.IsType<OpenedHeader>(await OpenAsync("c")).Token);
        Assert.Equal(2, _tokens.Requests.Count);
    }

    [Theory]
    [InlineData(401, """{"error":"invalid_client"}""")]
    [InlineData(400, """{"error":"invalid_client"}""")]
    [InlineData(401, "who are you?")]
    public async Task A_server_that_takes_no_secret_in_the_body_gets_it_in_the_header(int status, string refusal)
    {
        await CreateOAuthAsync();
        _tokens.Enqueue(VendorReply.Json(status, refusal));

        Assert.Equal("at-default", Assert.IsType<OpenedHeader>(await OpenAsync("c")).Token);

        Assert.Equal("Basic " + Convert.ToBase64String("app:top%26secret"u8), _tokens.Requests[1].Header("authorization"));
        Assert.DoesNotContain("secret", _tokens.Requests[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refresh_token_that_is_not_taken_any_more_revokes_the_credential_until_it_gets_another()
    {
        await CreateOAuthAsync();
        _tokens.Enqueue(VendorReply.Json(400, """{"error":"invalid_grant","error_description":"rt-1 is over"}"""));

        var refused = await Assert.ThrowsAsync<ApiException>(() => OpenAsync("c"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("invalid_grant", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("rt-1", refused.Message, StringComparison.Ordinal);
        Assert.Equal("revoked", (await _client.SendAsync(HttpMethod.Get, "credentials/c")).Ok().State);
        Assert.Null(await OpenAsync("c"));
        Assert.Single(_tokens.Requests);

        await ChangeAsync("c", """{"type":"oauth2","refresh_token":"rt-5"}""");
        Assert.Equal("active", (await _client.SendAsync(HttpMethod.Get, "credentials/c")).Ok().State);
        Assert.Equal("at-default", Assert.IsType<OpenedHeader>(await OpenAsync("c")).Token);
    }

    [Theory]
    [InlineData(500, "top&secret rt-1", ErrorCode.ServiceUnavailable)]
    [InlineData(429, "{}", ErrorCode.ServiceUnavailable)]
    [InlineData(403, """{"error":"top&secret"}""", ErrorCode.FailedPrecondition)]
    [InlineData(400, """{"error":"invalid_scope"}""", ErrorCode.FailedPrecondition)]
    [InlineData(200, "rt-1", ErrorCode.FailedPrecondition)]
    [InlineData(200, """["top&secret"]""", ErrorCode.FailedPrecondition)]
    [InlineData(200, """{"access_token":7}""", ErrorCode.FailedPrecondition)]
    [InlineData(200, """{"access_token":""}""", ErrorCode.FailedPrecondition)]
    [InlineData(200, """{"access_token":"a\r\nb"}""", ErrorCode.FailedPrecondition)]
    [InlineData(200, """{"access_token":"\ud800"}""", ErrorCode.FailedPrecondition)]
    [InlineData(200, """{"access_token":"secret-mac","token_type":"mac"}""", ErrorCode.FailedPrecondition)]
    [InlineData(302, "{}", ErrorCode.FailedPrecondition)]
    public async Task What_else_a_server_says_is_told_without_a_secret_and_asked_again_at_the_next_use(int status, string body, ErrorCode code)
    {
        await CreateOAuthAsync();
        _tokens.Enqueue(VendorReply.Json(status, body).WithHeader("Location", "https://elsewhere.example/token"));

        var refused = await Assert.ThrowsAsync<ApiException>(() => OpenAsync("c"));

        Assert.Equal(code, refused.Code);
        Assert.Contains("'c'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("token_url", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message + _server.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("rt-1", refused.Message + _server.Log.Text, StringComparison.Ordinal);
        Assert.Equal("at-default", Assert.IsType<OpenedHeader>(await OpenAsync("c")).Token);
    }

    [Fact]
    public async Task A_server_that_is_silent_cut_off_or_endless_is_given_up()
    {
        await CreateOAuthAsync();
        var gate = new Gate();
        _tokens.Enqueue(VendorReply.Json(200, "{}").HangBeforeHeaders(gate));
        var silent = OpenAsync("c");
        await gate.Reached.OrTimeout("the fetch");
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(ErrorCode.ServiceUnavailable, (await Assert.ThrowsAsync<ApiException>(() => silent).OrTimeout("the end of patience")).Code);

        _tokens.Enqueue(VendorReply.Json(200, """{"access_token":"at"}""").CutAfter(5));
        Assert.Equal(ErrorCode.ServiceUnavailable, (await Assert.ThrowsAsync<ApiException>(() => OpenAsync("c"))).Code);
        _tokens.Enqueue(VendorReply.Json(200, $$"""{"access_token":"at","x":"{{new string('x', 100_000)}}"}"""));
        Assert.Equal(ErrorCode.ServiceUnavailable, (await Assert.ThrowsAsync<ApiException>(() => OpenAsync("c"))).Code);
        Assert.Equal("at-default", Assert.IsType<OpenedHeader>(await OpenAsync("c")).Token);
    }

    [Fact]
    public async Task A_name_that_leads_to_no_public_address_is_not_asked()
    {
        await using var server = await TestServer.StartAsync();
        (await server.Client.PostAsync("credentials", OAuth($"https://localhost:{_tokens.Address.Port}/token"))).Ok();

        var refused = await Assert.ThrowsAsync<ApiException>(() => server.Services.GetRequiredService<ICredentials>().ResolveAsync(Project, "c", default).AsTask());

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("no public address", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_tokens.Requests);
    }

    [Fact]
    public async Task A_secret_that_was_sealed_with_another_key_is_told_and_can_be_deleted()
    {
        await CreateAsync("""{"id":"c","type":"bearer_token","token":"one"}""");
        var store = _server.Services.GetRequiredService<ICredentialStore>();
        var credential = (await store.GetAsync(Project, "c", default))!;
        Assert.True(await store.ChangeAsync(credential with { Sealed = (byte[])[.. credential.Sealed.Span[..^1], (byte)~credential.Sealed.Span[^1]] }, default));

        Assert.Contains("Delete the credential", (await Assert.ThrowsAsync<ApiException>(() => OpenAsync("c"))).Message, StringComparison.Ordinal);
        var change = await _client.SendAsync(_client.Request(HttpMethod.Patch, "credentials/c", InteractionsClient.Json("""{"type":"bearer_token","prefix":"x"}""")));
        Assert.Equal((400, "failed_precondition"), (change.Status, change.ErrorCode));
        Assert.Equal("active", (await _client.SendAsync(HttpMethod.Get, "credentials/c")).Ok().State);
        (await _client.SendAsync(HttpMethod.Delete, "credentials/c")).Ok();
    }

    private Task<OpenedCredential?> OpenAsync(string id) => Credentials.ResolveAsync(Project, id, CancellationToken.None).AsTask();

    private async Task CreateAsync(string body) => (await _client.PostAsync("credentials", body)).Ok();

    private async Task ChangeAsync(string id, string body, string? mask = null) =>
        (await _client.SendAsync(_client.Request(HttpMethod.Patch, $"credentials/{id}{(mask is null ? "" : "?update_mask=" + mask)}", InteractionsClient.Json(body)))).Ok();

    private Task CreateOAuthAsync(string more = "") => CreateAsync(OAuth(_tokens.Address + "token", more));

    private static string OAuth(string address, string more = "") =>
        $$"""{"id":"c","type":"oauth2","client_id":"app","client_secret":"top&secret","refresh_token":"rt-1","token_url":"{{address}}"{{more}}}""";

    private sealed class TokenServer : IVendor
    {
        public VendorReply? Refuse(VendorRequest request) => null;

        public VendorReply Respond(VendorRequest request) => VendorReply.Json(200, """{"access_token":"at-default","token_type":"Bearer","expires_in":3600}""");
    }
}

using System.Net.WebSockets;
using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Workers;

/// <summary>Workers of a project, and what their keys open.</summary>
public sealed class WorkerKeyTests : IAsyncLifetime
{
    private const string Lease = """{"protocol":1,"holder":"h","directory":"host_a"}""";
    private readonly (string Project, string Key)[] _keys = [("ada", "oi_" + new string('a', 64)), ("bob", "oi_" + new string('b', 64))];

    private TestServer? _server;
    private InteractionsClient? _ada;
    private InteractionsClient? _bob;

    private TestServer Server => _server!;

    private InteractionsClient Ada => _ada!;

    public async Task InitializeAsync()
    {
        _server = await TestServer.StartWithKeysAsync(_keys, [("OpenInteractions:Sandboxes:Engine", "none"), ("OpenInteractions:Workers:OperatorProject", "bob")]);
        (_ada, _bob) = (Server.Client.WithKey(_keys[0].Key), Server.Client.WithKey(_keys[1].Key));
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

    [Fact]
    public async Task A_worker_is_made_with_a_key_that_is_shown_once_and_belongs_to_its_project()
    {
        var made = (await Ada.PostAsync("workers", """{"name":"gpu-1"}""")).Ok();

        Assert.StartsWith("wkr_", made.Id, StringComparison.Ordinal);
        Assert.Matches("^oiw_[0-9a-f]{64}$", made.Json.GetProperty("key").GetString());
        Assert.Equal("no-store", made.Header("Cache-Control"));
        var read = (await Ada.SendAsync(HttpMethod.Get, $"workers/{made.Id}")).Ok();
        Assert.False(read.Json.TryGetProperty("key", out _));
        Assert.Equal(("gpu-1", "new", false), (read.Json.GetProperty("name").GetString(), read.Json.GetProperty("state").GetString(), read.Json.GetProperty("all_projects").GetBoolean()));
        Assert.DoesNotContain("oiw_", (await Ada.SendAsync(HttpMethod.Get, "workers")).Ok().Text, StringComparison.Ordinal);
        Assert.Single((await Ada.SendAsync(HttpMethod.Get, "workers")).Ok().Json.GetProperty("workers").EnumerateArray());
        Assert.Empty((await _bob!.SendAsync(HttpMethod.Get, "workers")).Ok().Json.GetProperty("workers").EnumerateArray());
        Assert.Equal(404, (await _bob.SendAsync(HttpMethod.Get, $"workers/{made.Id}")).Status);
        Assert.Equal(404, (await _bob.SendAsync(HttpMethod.Delete, $"workers/{made.Id}")).Status);
        (await Ada.SendAsync(HttpMethod.Delete, $"workers/{made.Id}")).Ok();
        Assert.Equal(404, (await Ada.SendAsync(HttpMethod.Get, $"workers/{made.Id}")).Status);
    }

    [Theory]
    [InlineData("GET", "models")]
    [InlineData("GET", "interactions")]
    [InlineData("POST", "interactions")]
    [InlineData("GET", "environments")]
    [InlineData("POST", "environments")]
    [InlineData("GET", "agents")]
    [InlineData("GET", "credentials")]
    [InlineData("GET", "fileSearchStores")]
    [InlineData("GET", "workers")]
    [InlineData("POST", "workers")]
    [InlineData("DELETE", "workers/wkr_x")]
    public async Task The_key_of_a_worker_opens_nothing_else(string method, string path)
    {
        var key = await KeyAsync();

        foreach (var header in (string[])["x-goog-api-key", "Authorization", "x-api-key"])
        {
            var request = Server.Client.Request(new HttpMethod(method), path, method == "POST" ? InteractionsClient.Json("{}") : null);
            request.Headers.TryAddWithoutValidation(header, header == "Authorization" ? $"Bearer {key}" : key);
            var refused = await Server.Client.SendAsync(request);
            Assert.Equal(403, refused.Status);
            Assert.DoesNotContain(key, refused.Text, StringComparison.Ordinal);
        }

        // Nor beside a key that is right.
        var both = Ada.Request(new HttpMethod(method), path, method == "POST" ? InteractionsClient.Json("{}") : null);
        both.Headers.Add("Authorization", $"Bearer {key}");
        Assert.Equal(403, (await Ada.SendAsync(both)).Status);
    }

    [Fact]
    public async Task The_key_of_a_worker_opens_nothing_else_where_nobody_needs_a_key()
    {
        await using var open = await TestServer.StartAsync();
        var key = (await open.Client.PostAsync("workers", """{"name":"w"}""")).Ok().Json.GetProperty("key").GetString();
        using var worker = open.Client.WithKey(key);

        Assert.Equal(403, (await worker.ModelsAsync()).Status);
        Assert.Equal(200, (await open.Client.ModelsAsync()).Status);
    }

    [Theory]
    [InlineData("oi_")]
    [InlineData("oiw_0")]
    [InlineData("")]
    public async Task What_workers_call_needs_the_key_of_a_worker(string prefix)
    {
        var key = prefix == "oi_" ? _keys[0].Key : prefix;

        Assert.Equal(401, (await LeaseAsync(key, Lease)).Status);
        Assert.Equal(401, (await Ada.PostAsync("workers:lease", Lease)).Status);
        Assert.Equal(401, (await Server.Client.SendAsync(HttpMethod.Get, "workers:connect?epoch=1")).Status);
        Assert.Equal(401, (await Server.Client.SendAsync(HttpMethod.Get, "workers:stream?epoch=1&stream=s")).Status);
    }

    [Fact]
    public async Task A_key_in_an_address_is_not_taken() =>
        Assert.Equal(401, (await Server.Client.PostAsync($"workers:lease?key={await KeyAsync()}", Lease)).Status);

    [Fact]
    public async Task A_deleted_worker_has_no_key()
    {
        var made = (await Ada.PostAsync("workers", """{"name":"w"}""")).Ok();
        var key = made.Json.GetProperty("key").GetString()!;
        (await LeaseAsync(key, Lease)).Ok();

        (await Ada.SendAsync(HttpMethod.Delete, $"workers/{made.Id}")).Ok();

        Assert.Equal(401, (await LeaseAsync(key, Lease)).Status);
    }

    [Fact]
    public async Task One_process_at_a_time_has_the_lease()
    {
        var key = await KeyAsync();
        var first = (await LeaseAsync(key, Lease)).Ok().Json;

        var second = await LeaseAsync(key, Lease.Replace("\"h\"", "\"another\"", StringComparison.Ordinal));
        Assert.Equal((409, "aborted"), (second.Status, second.ErrorCode));
        Assert.Contains("Stop that one", second.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(first.GetProperty("epoch").GetInt64() + 1, (await LeaseAsync(key, Lease)).Ok().Json.GetProperty("epoch").GetInt64());
    }

    [Theory]
    [InlineData("""{"protocol":2,"holder":"h","directory":"host_a"}""", "the same release")]
    [InlineData("""{"protocol":1,"holder":"h","directory":"host_b"}""", "belongs to another directory")]
    [InlineData("""{"protocol":1,"holder":"h","directory":"host_a","worker":"wkr_other"}""", "belongs to the worker 'wkr_other'")]
    [InlineData("""{"protocol":1,"holder":"","directory":"host_a"}""", "holder")]
    [InlineData("""{"protocol":1,"holder":"h"}""", "directory")]
    [InlineData("""{"protocol":"one","holder":"h","directory":"host_a"}""", "protocol")]
    [InlineData("""nonsense""", "JSON")]
    public async Task A_worker_that_does_not_fit_is_told_why(string body, string words)
    {
        var key = await KeyAsync();
        (await LeaseAsync(key, Lease)).Ok();

        var refused = await LeaseAsync(key, body);

        Assert.Equal(400, refused.Status);
        Assert.Contains(words, refused.ErrorMessage, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"a b"}""")]
    [InlineData("""{}""")]
    [InlineData("""{"name":"a","colour":"red"}""")]
    public async Task A_wrong_worker_is_not_made(string body)
    {
        Assert.Equal(400, (await Ada.PostAsync("workers", body)).Status);
        Assert.Empty((await Ada.SendAsync(HttpMethod.Get, "workers")).Ok().Json.GetProperty("workers").EnumerateArray());
    }

    [Fact]
    public async Task Only_the_operators_project_makes_workers_of_all_projects()
    {
        var refused = await Ada.PostAsync("workers", """{"name":"a","all_projects":true}""");
        Assert.Equal(403, refused.Status);
        Assert.Contains("OpenInteractions:Workers:OperatorProject", refused.ErrorMessage, StringComparison.Ordinal);

        Assert.True((await _bob!.PostAsync("workers", """{"name":"a","all_projects":true}""")).Ok().Json.GetProperty("all_projects").GetBoolean());
    }

    [Fact]
    public async Task A_line_of_a_lost_lease_is_refused_with_412()
    {
        var key = await KeyAsync();
        var epoch = (await LeaseAsync(key, Lease)).Ok().Json.GetProperty("epoch").GetInt64();
        (await LeaseAsync(key, Lease)).Ok(); // which ends the one before

        foreach (var route in (string[])["connect", "stream"])
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
            socket.Options.CollectHttpResponseDetails = true;
            await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{Server.Address.Authority}/v1/workers:{route}?epoch={epoch}&stream=s"), CancellationToken.None));
            Assert.Equal(412, (int)socket.HttpStatusCode);
        }
    }

    [Fact]
    public async Task A_stream_that_nobody_waits_for_is_refused()
    {
        var key = await KeyAsync();
        var epoch = (await LeaseAsync(key, Lease)).Ok().Json.GetProperty("epoch").GetInt64();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(new Uri($"ws://{Server.Address.Authority}/v1/workers:stream?epoch={epoch}&stream=str_a"), CancellationToken.None));

        Assert.Equal(404, (int)socket.HttpStatusCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("""{"kind":"reply","number":1}""")]
    [InlineData("""{"kind":"hello","disks":7}""")]
    public async Task A_worker_that_does_not_speak_as_workers_do_is_sent_away(string first)
    {
        var key = await KeyAsync();
        var epoch = (await LeaseAsync(key, Lease)).Ok().Json.GetProperty("epoch").GetInt64();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        await socket.ConnectAsync(new Uri($"ws://{Server.Address.Authority}/v1/workers:connect?epoch={epoch}"), CancellationToken.None);

        await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(first), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        var heard = await Record.ExceptionAsync(async () =>
        {
            var answer = await socket.ReceiveAsync(new byte[100].AsMemory(), CancellationToken.None).AsTask().OrTimeout("the end of the line");
            Assert.Equal(WebSocketMessageType.Close, answer.MessageType);
        });
        Assert.True(heard is null or WebSocketException, $"{heard}");
        Assert.Empty(Server.Log.Errors);
    }

    [Fact]
    public async Task Without_a_worker_that_is_connected_an_environment_is_refused_for_now()
    {
        var none = await Ada.PostAsync("environments", "{}");
        Assert.Equal(400, none.Status); // there never was one

        using var socket = new ClientWebSocket();
        var made = (await Ada.PostAsync("workers", """{"name":"w"}""")).Ok();
        var key = made.Json.GetProperty("key").GetString()!;
        var epoch = (await LeaseAsync(key, Lease)).Ok().Json.GetProperty("epoch").GetInt64();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {key}");
        await socket.ConnectAsync(new Uri($"ws://{Server.Address.Authority}/v1/workers:connect?epoch={epoch}"), CancellationToken.None);
        await socket.SendAsync("""{"kind":"hello","engine":"test"}"""u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        await socket.ReceiveAsync(new byte[100].AsMemory(), CancellationToken.None).AsTask().OrTimeout("the answer to a hello");

        var environment = (await Ada.PostAsync("environments", "{}")).Ok();
        Assert.Equal(made.Id, environment.Json.GetProperty("worker").GetProperty("id").GetString());
        var other = await _bob!.PostAsync("environments", "{}"); // it is not for this project
        Assert.Equal(503, other.Status);
    }

    private async Task<string> KeyAsync() => (await Ada.PostAsync("workers", """{"name":"w"}""")).Ok().Json.GetProperty("key").GetString()!;

    private Task<Answer> LeaseAsync(string key, string body)
    {
        var request = Server.Client.Request(HttpMethod.Post, "workers:lease", InteractionsClient.Json(body));
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return Server.Client.SendAsync(request);
    }
}

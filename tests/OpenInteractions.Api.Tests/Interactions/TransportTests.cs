using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour TR: routes, versions, headers, the shape of requests.</summary>
public sealed class TransportTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Hello = """{"model":"demo","input":"echo: hello"}""";

    private readonly InteractionsClient _client = models.Client;

    [Theory]
    [InlineData("v1")]
    [InlineData("v1beta")]
    [InlineData("v1alpha")]
    [InlineData("v1beta1")]
    [InlineData("v1beta2")]
    [Rule("TR-1")]
    [Rule("TR-10")]
    [Rule("OP-interactions.create")]
    [Rule("OP-interactions.get")]
    [Rule("OP-interactions.cancel")]
    [Rule("OP-interactions.delete")]
    [Rule("OP-interactions.list")]
    [Rule("OP-interactions.tree")]
    public async Task Every_version_serves_every_operation(string version)
    {
        using var client = _client.WithVersion(version);

        var created = (await client.CreateAsync("""{"model":"models/demo","input":"echo: hello","labels":{"a":"b"}}""")).Ok();
        var read = (await client.GetAsync(created.Id)).Ok();
        await using var events = await client.FollowAsync(created.Id);
        await events.ToEndAsync();
        var listed = (await client.ListAsync("?page_size=1")).Ok();
        var tree = (await client.TreeAsync(created.Id)).Ok();
        var model = (await client.ModelAsync("demo")).Ok();
        var cancelled = await client.CancelAsync(created.Id);
        var deleted = (await client.DeleteAsync(created.Id)).Ok();

        Assert.Equal("hello", created.OutputText);
        Assert.Equal(created.Id, read.Id);
        Assert.Equal(created.Id, listed.Json.GetProperty("interactions")[0].GetProperty("id").GetString());
        Assert.Equal(created.Id, tree.Json.GetProperty("root_id").GetString());
        Assert.Equal("models/demo", model.Json.GetProperty("name").GetString());
        Assert.Equal("failed_precondition", cancelled.ErrorCode);
        Assert.Equal("{}", deleted.Text);
    }

    [Fact]
    [Rule("TR-1")]
    public async Task A_create_answers_200_with_the_interaction()
    {
        var answer = await _client.CreateAsync(Hello);

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("application/json", answer.Header("content-type"));
        Assert.Equal(answer.Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Header("content-length"));
        Assert.Equal("interaction", answer.Json.GetProperty("object").GetString());
        Assert.Equal("completed", answer.State);
        Assert.Equal("demo", answer.Json.GetProperty("model").GetString());
        Assert.Equal("standard", answer.Json.GetProperty("service_tier").GetString());
        Assert.True(answer.Json.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);
    }

    [Theory]
    [InlineData("""{"input":"hi"}""", "model")]
    [InlineData("""{"model":"demo","agent":"a","input":"hi"}""", "agent")]
    [Rule("TR-1")]
    public async Task Neither_or_both_of_model_and_agent_is_refused(string body, string named)
    {
        var answer = await _client.CreateAsync(body);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains($"'{named}'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TR-3")]
    public async Task A_form_is_refused()
    {
        using var form = new MultipartFormDataContent { { new StringContent("demo"), "model" } };

        var answer = await _client.SendAsync(_client.Request(HttpMethod.Post, "interactions", form));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains("JSON", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"demo","input":"hi","modell":"x"}""", "modell", "model")]
    [InlineData("""{"model":"demo","input":"hi","previousInteractionId":"x"}""", "previousInteractionId", "previous_interaction_id")]
    [InlineData("""{"model":"demo","input":"hi","generation_config":{"temprature":1}}""", "generation_config.temprature", "temperature")]
    [InlineData("""{"model":"demo","input":"hi","tools":[{"type":"function","name":"f","parameter":{}}]}""", "tools[0].parameter", "parameters")]
    [Rule("TR-4")]
    public async Task An_unknown_field_is_named_with_the_nearest_one(string body, string place, string nearest)
    {
        var answer = await _client.CreateAsync(body);

        Assert.Equal((400, "parameter_unknown"), (answer.Status, answer.ErrorCode));
        Assert.Contains(place, answer.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains($"'{nearest}'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Api-Revision", "2026-05-20")]
    [InlineData("Api-Revision", "not a date")]
    [InlineData("Cookie", "")]
    [InlineData("x-goog-api-client", "google-genai-sdk/3.1.0 gl-node/v22.0.0")]
    [InlineData("x-goog-user-project", "somebody")]
    [InlineData("X-Server-Timeout", "600")]
    [InlineData("x-stainless-retry-count", "2")]
    [InlineData("Accept", "text/event-stream")]
    [InlineData("Accept", "image/png")]
    [Rule("TR-6")]
    [Rule("TR-9")]
    public async Task Headers_that_clients_send_change_nothing(string name, string value)
    {
        var request = _client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json(Hello));
        request.Headers.TryAddWithoutValidation(name, value);

        var answer = await _client.SendAsync(request);

        Assert.Equal("hello", answer.Ok().OutputText);
    }

    [Theory]
    [InlineData("schemaVersion")]
    [InlineData("session_id")]
    [Rule("TR-6")]
    public async Task Fields_that_only_articles_know_are_unknown(string field)
    {
        var answer = await _client.CreateAsync($$"""{"model":"demo","input":"hi","{{field}}":"1"}""");

        Assert.Equal((400, "parameter_unknown"), (answer.Status, answer.ErrorCode));
    }

    [Theory]
    [InlineData("""{"model":"demo","contents":[{"role":"user","parts":[{"text":"hi"}]}]}""")]
    [InlineData("""{"model":"demo","input":[{"role":"user","content":"hi"}]}""")]
    [InlineData("""{"model":"demo","input":"hi","outputs":[]}""")]
    [Rule("TR-7")]
    public async Task A_body_of_the_retired_schema_is_pointed_to_steps(string body)
    {
        var answer = await _client.CreateAsync(body);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains("steps", answer.ErrorMessage, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Rule("TR-7")]
    public async Task A_client_of_the_retired_schema_is_pointed_to_steps()
    {
        var request = _client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json(Hello));
        request.Headers.TryAddWithoutValidation("User-Agent", "google-genai-sdk/1.52.0 gl-node/v20");

        var answer = await _client.SendAsync(request);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains("steps", answer.ErrorMessage, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    [Rule("TR-9")]
    public async Task The_query_alt_sse_is_harmless()
    {
        var answer = await _client.PostAsync("interactions?alt=sse", Hello);

        Assert.Equal("hello", answer.Ok().OutputText);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    [Rule("TR-9")]
    public async Task Streaming_and_reading_do_not_depend_on_content_types(string? type)
    {
        var content = InteractionsClient.Json("""{"model":"demo","input":"echo: hello","stream":true}""");
        content.Headers.ContentType = type is null ? null : new(type);
        var request = _client.Request(HttpMethod.Post, "interactions", content);
        request.Headers.Add("Accept", "application/json");

        await using var events = await _client.OpenAsync(request);

        Assert.Equal("interaction.created", (await events.ToEndAsync())[0].Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?fields=*")]
    [InlineData("?unheard_of=1")]
    [Rule("TR-12")]
    public async Task A_read_gives_the_whole_interaction(string query)
    {
        var created = (await _client.CreateAsync(Hello)).Ok();

        var read = (await _client.GetAsync(created.Id, query)).Ok();

        Assert.Equal("user_input", read.Steps[0].GetProperty("type").GetString());
        Assert.Equal("hello", read.OutputText);
    }

    [Fact]
    [Rule("TR-12")]
    public async Task A_partial_read_is_refused()
    {
        var created = (await _client.CreateAsync(Hello)).Ok();

        var read = await _client.GetAsync(created.Id, "?fields=steps");

        Assert.Equal((400, "invalid_request"), (read.Status, read.ErrorCode));
        Assert.Contains("'fields'", read.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TR-11")]
    public async Task An_id_may_be_written_as_a_resource_name()
    {
        var created = (await _client.CreateAsync(Hello)).Ok();

        var read = (await _client.GetAsync($"interactions%2F{created.Id}")).Ok();

        Assert.Equal(created.Id, read.Id);
    }

    [Fact]
    public async Task A_body_may_begin_with_a_byte_order_mark()
    {
        var content = new ByteArrayContent([0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(Hello)]);

        var answer = await _client.SendAsync(_client.Request(HttpMethod.Post, "interactions", content));

        Assert.Equal("hello", answer.Ok().OutputText);
    }
}

using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Models;

/// <summary>The models that can be named, in Google's shape (wire 22).</summary>
public sealed class ModelTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Fact]
    [Rule("OP-models.list")]
    public async Task Every_provider_s_models_are_listed()
    {
        var list = (await _client.ModelsAsync("?pageSize=1000")).Ok().Json.GetProperty("models").EnumerateArray().ToList();

        var names = list.Select(m => m.GetProperty("name").GetString()!).ToList();
        Assert.All(names, n => Assert.StartsWith("models/", n));
        foreach (var id in (string[])["demo", "gpt-5.1", "gpt-4.1"])
        {
            Assert.Contains($"models/{id}", names);
        }

        Assert.Contains(names, n => n.EndsWith("scripted", StringComparison.Ordinal));
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.All(list, m => Assert.Contains("interactions", m.GetProperty("supportedGenerationMethods").EnumerateArray().Select(g => g.GetString())));
    }

    [Fact]
    public async Task Pages_join_to_the_whole()
    {
        var whole = (await _client.ModelsAsync("?pageSize=1000")).Ok().Json.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()).ToList();
        var seen = new List<string?>();
        string? token = null;
        do
        {
            var page = (await _client.ModelsAsync($"?pageSize=2{(token is null ? "" : $"&pageToken={token}")}")).Ok().Json;
            seen.AddRange(page.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
            token = page.TryGetProperty("nextPageToken", out var next) ? next.GetString() : null;
        }
        while (token is not null);

        Assert.Equal(whole, seen);
    }

    [Theory]
    [InlineData("demo", "models/demo")]
    [InlineData("models/demo", "models/demo")]
    [InlineData("models%2Fdemo", "models/demo")]
    [InlineData("gpt-5.1", "models/gpt-5.1")]
    [InlineData("local/scripted", "models/local/scripted")]
    [Rule("OP-models.get")]
    public async Task A_model_is_found_by_its_name(string id, string name)
    {
        var model = (await _client.ModelAsync(id)).Ok();

        Assert.Equal(name, model.Json.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("models/no-such-model", 404, "NOT_FOUND")]
    [InlineData("models?pageSize=0", 400, "INVALID_ARGUMENT")]
    [InlineData("models?pageToken=x", 400, "INVALID_ARGUMENT")]
    public async Task Errors_have_the_shape_of_the_older_family(string path, int status, string name)
    {
        var answer = await _client.SendAsync(HttpMethod.Get, path);

        Assert.Equal(status, answer.Status);
        var error = answer.Json.GetProperty("error");
        Assert.Equal((status, name), (error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task The_demo_model_says_what_it_is()
    {
        var model = (await _client.ModelAsync("demo")).Ok().Json;

        Assert.Contains("not a language model", model.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.True(model.GetProperty("inputTokenLimit").GetInt32() > 0);
    }

    [Theory]
    [InlineData("models")]
    [InlineData("models/")]
    [InlineData("models/demo")]
    public async Task A_model_cannot_be_made(string path)
    {
        var answer = await _client.PostAsync(path, "{}");

        Assert.Equal((405, "GET"), (answer.Status, answer.Header("allow")));
        Assert.Equal($"POST is not allowed on '/v1/{path}'.", answer.Json.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Who_names_no_model_that_there_is_learns_where_they_are_listed()
    {
        var answer = await _client.CreateAsync("""{"model":"demo-x","input":"hi"}""");

        Assert.Equal((404, "model_not_found"), (answer.Status, answer.ErrorCode));
        Assert.Contains(" GET /v1/models lists all.", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chat/completions", "'chat'")]
    [InlineData("responses", "'responses'")]
    [InlineData("messages", "'messages'")]
    public async Task The_wires_of_other_vendors_are_told_what_there_is_instead(string path, string named)
    {
        var answer = await _client.PostAsync(path, "{}");

        Assert.Equal((404, "not_found"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith($"This server does not offer {named} ('/v1/{path}'). It has interactions", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_of_the_older_API_is_told_what_there_is_instead()
    {
        var answer = await _client.PostAsync("models/demo:generateContent", """{"contents":[]}""");

        var error = answer.Json.GetProperty("error");
        Assert.Equal((404, 404, "NOT_FOUND"), (answer.Status, error.GetProperty("code").GetInt32(), error.GetProperty("status").GetString()));
        Assert.Null(answer.Header("allow"));
        Assert.Contains("does not offer 'generateContent'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("POST /v1/interactions", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("voices", "'voices'")]
    [InlineData("triggers/t/executions", "'triggers'")]
    public async Task A_family_that_is_not_offered_is_no_missing_resource(string path, string named)
    {
        var answer = await _client.SendAsync(HttpMethod.Get, path);

        Assert.Equal((404, "not_found"), (answer.Status, answer.ErrorCode));
        Assert.Contains($"does not offer {named}", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "v1beta/cachedContents", 404, "does not offer 'cachedContents'")]
    [InlineData("GET", "upload/v1beta/files", 404, "does not offer 'files'")]
    [InlineData("DELETE", "v1/models/demo", 405, "DELETE is not allowed")]
    [InlineData("GET", "v1/fileSearchStores/s1/nonsense", 404, "There is no route GET")]
    [InlineData("PATCH", "v1/fileSearchStores/s1", 405, "PATCH is not allowed")]
    [InlineData("GET", "upload/v1/fileSearchStores/s1:uploadToFileSearchStore", 405, "GET is not allowed")]
    public async Task Where_no_route_is_the_older_families_have_their_shape_of_errors_too(string method, string path, int status, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/" + path, UriKind.Relative));
        var answer = await _client.SendAsync(request);

        var error = answer.Json.GetProperty("error");
        Assert.Equal((status, status), (answer.Status, error.GetProperty("code").GetInt32()));
        Assert.Equal(status == 404 ? "NOT_FOUND" : "INVALID_ARGUMENT", error.GetProperty("status").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}

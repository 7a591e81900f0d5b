using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>What callers see of a provider's errors (behaviour ER).</summary>
public sealed class UpstreamErrorTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Theory]
    [InlineData("", 429, 429, "rate_limit_exceeded", "3600", "3600")]
    [InlineData(",\"stream\":true", 429, 429, "rate_limit_exceeded", "3600", "3600")]
    [InlineData(",\"stream\":true,\"store\":false", 429, 429, "rate_limit_exceeded", "3600", "3600")]
    [InlineData("", 429, 429, "rate_limit_exceeded", "90000", "3600")]
    [InlineData("", 429, 429, "rate_limit_exceeded", "Wed, 21 Oct 2099 07:28:00 GMT", "3600")]
    [InlineData("", 400, 400, "invalid_request", null, null)]
    [InlineData(",\"stream\":true", 400, 400, "invalid_request", null, null)]
    [InlineData("", 402, 402, "payment_required", null, null)]
    [InlineData("", 503, 503, "service_unavailable", "3600", "3600")]
    [InlineData(",\"stream\":true", 503, 503, "service_unavailable", "3600", "3600")]
    [Rule("ER-2")]
    [Rule("ER-7")]
    [Rule("ER-8")]
    public async Task A_refusal_keeps_its_status_its_code_and_when_to_come_back(string more, int upstream, int status, string code, string? retryAfter, string? told)
    {
        var before = (await _client.ListAsync("?page_size=1000")).Text;
        models.Local.Enqueue(_ =>
        {
            var reply = VendorReply.Json(upstream, """{"error":{"message":"The fake is in a bad mood.","type":"x","param":null,"code":null}}""");
            return retryAfter is null ? reply : reply.WithHeader("Retry-After", retryAfter);
        });

        var answer = await _client.CreateAsync($$"""{"model":"local/scripted","input":"hi"{{more}}}""");

        Assert.Equal((status, code, told), (answer.Status, answer.ErrorCode, answer.Header("Retry-After")));
        Assert.Equal("application/json", answer.Header("content-type"));
        Assert.Equal(before, (await _client.ListAsync("?page_size=1000")).Text);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [Rule("ER-2")]
    public async Task A_refused_key_of_the_operator_is_no_fault_of_the_caller(int status)
    {
        models.Local.Enqueue(VendorReply.Json(status, """{"error":{"message":"Incorrect API key provided: sk-secret-1234.","type":"x","param":null,"code":"invalid_api_key"}}"""));

        var answer = await _client.CreateAsync("""{"model":"local/scripted","input":"hi"}""");

        Assert.NotEqual(401, answer.Status);
        Assert.DoesNotContain("sk-secret", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-secret", models.Server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ER-1")]
    [Rule("ER-7")]
    public async Task An_answer_that_breaks_off_before_anything_came_is_an_error_that_may_be_repeated()
    {
        for (var tries = 0; tries < 10; tries++)
        {
            models.Local.Enqueue(VendorReply.Reset());
        }

        var answer = await _client.CreateAsync("""{"model":"local/scripted","input":"hi"}""");

        Assert.Equal((503, "service_unavailable"), (answer.Status, answer.ErrorCode));
        Assert.True(int.Parse(answer.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture) >= 1);
        while (!models.Local.ScriptIsDone)
        {
            await _client.CreateAsync("""{"model":"local/scripted","input":"hi"}"""); // leave nothing for the next test
        }
    }

    [Fact]
    [Rule("ER-3")]
    [Rule("ER-5")]
    public async Task A_blocked_answer_is_kept_as_failed_with_its_code()
    {
        models.Local.Enqueue(VendorReply.Events([ChatFrames.Text("I will"), ChatFrames.Finish("content_filter"), ChatFrames.Done]));

        var answer = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi"}""")).Ok();

        Assert.Equal("failed", answer.State);
        Assert.Equal("content_blocked", answer.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Equal("failed", (await _client.GetAsync(answer.Id)).Ok().State);
    }

    [Fact]
    [Rule("ER-5")]
    [Rule("SE-12")]
    public async Task A_background_run_that_the_provider_refuses_fails_with_the_code_and_stays()
    {
        models.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"x","param":null,"code":null}}"""));
        var accepted = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi","background":true}""")).Ok();

        var end = await _client.EndOfAsync(accepted.Id);
        await using var events = await _client.FollowAsync(accepted.Id);
        var told = await events.ToEndAsync();

        Assert.Equal("failed", end.State);
        Assert.Equal("invalid_request", end.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Equal("invalid_request", told.Single(e => e.Name == "error").Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    [Rule("ER-6")]
    public async Task A_wrong_value_is_named_with_those_that_are_right()
    {
        var answer = await _client.CreateAsync("""{"model":"demo","input":"hi","generation_config":{"thinking_level":"enormous"}}""");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        foreach (var word in (string[])["generation_config.thinking_level", "minimal", "low", "medium", "high"])
        {
            Assert.Contains(word, answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Rule("ER-2")]
    public async Task A_model_that_is_not_there_is_named_with_near_ones()
    {
        var answer = await _client.CreateAsync("""{"model":"gtp-5.1","input":"hi"}""");

        Assert.Equal((404, "model_not_found"), (answer.Status, answer.ErrorCode));
        Assert.Contains("gpt-5.1", answer.ErrorMessage, StringComparison.Ordinal);
    }
}

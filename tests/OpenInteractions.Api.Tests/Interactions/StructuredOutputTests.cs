using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour SO-2 and protocols P-10: what a model answers is checked against the schema that was asked for.</summary>
public sealed class StructuredOutputTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Schema = """{"type":"object","properties":{"age":{"type":"integer"}},"required":["age"],"additionalProperties":false}""";

    private static string Ask(string more = "\"store\":true", string? schema = Schema)
    {
        var format = schema is null ? "" : $",\"response_format\":{{\"type\":\"text\",\"mime_type\":\"application/json\",\"schema\":{schema}}}";
        return $"{{\"model\":\"gpt-5.1\",\"input\":\"How old?\",{more}{format}}}";
    }

    /// <summary>What the model says, and says again when it is asked again.</summary>
    private void Answer(string text, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            models.OpenAI.Enqueue(models.Turn(OpenAITurn.New.Says(text)));
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"age":{"type":"integer","minimum":0,"exclusiveMinimum":true}}}""")]
    [InlineData("""{"type":"object","properties":{"pair":{"type":"array","items":[{"type":"string"},{"type":"integer"}]}}}""")]
    [InlineData("""{"type":"object","properties":{"name":{"type":"string","pattern":"\\p{Script=Greek}"}}}""")]
    [InlineData("""{"type":"object","properties":{"name":{"type":"string","maxLength":"20"}}}""")]
    [Rule("SO-2")]
    public async Task A_schema_of_another_dialect_goes_to_the_model_and_the_answer_is_told_to_be_unchecked(string schema)
    {
        Answer("""{"age":7}""");

        var answer = (await models.Client.CreateAsync(Ask(schema: schema))).Ok();

        Assert.Equal(("completed", """{"age":7}"""), (answer.State, answer.OutputText));
        Assert.StartsWith("response_format: the output was not checked: The schema cannot be used: '#/properties/", answer.Header("x-oi-warnings"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"store\":true")]
    [InlineData("\"store\":false")]
    [Rule("SO-2")]
    public async Task A_failed_fit_is_told_and_the_answer_stays_as_it_is(string more)
    {
        Answer("""{"age":"classified","é":1}""", times: 3);

        var answer = (await models.Client.CreateAsync(Ask(more))).Ok();

        Assert.Equal("completed", answer.State);
        Assert.Equal("""{"age":"classified","é":1}""", answer.OutputText);
        Assert.Equal("response_format: the output does not fit the schema: #/age type, #/%C3%A9 additionalProperties", answer.Header("x-oi-warnings"));
        Assert.Equal("""[{"message":"response_format: the output does not fit the schema: #/age type, #/%C3%A9 additionalProperties"}]""", answer.Json.GetProperty("errors").GetRawText());
        Assert.Contains($"Warning OpenInteractions.Engine.Turns.StructuredOutput: The output of {answer.Id} does not fit the schema of its response_format: 2 errors, the first at '#/age' (type)", models.Server.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("classified", models.Server.Log.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"stream\":true")]
    [InlineData("\"stream\":true,\"store\":false")]
    [InlineData("\"stream\":true,\"background\":true")]
    [Rule("SO-2")]
    public async Task A_stream_or_background_run_that_does_not_fit_is_told_at_its_end(string more)
    {
        Answer("""{"unasked":1}""", times: 3);

        await using var reader = await models.Client.CreateStreamedAsync(Ask(more));
        var last = (await reader.ToEndAsync()).Last(e => e.Name == "interaction.completed").Json.GetProperty("interaction");

        const string Told = """[{"message":"response_format: the output does not fit the schema: #/unasked additionalProperties, # required"}]""";
        Assert.Equal(("completed", Told), (last.GetProperty("status").GetString(), last.GetProperty("errors").GetRawText()));
        if (!more.Contains("\"store\":false", StringComparison.Ordinal))
        {
            Assert.Equal(Told, (await models.Client.GetAsync(reader.InteractionId!)).Ok().Json.GetProperty("errors").GetRawText());
        }

        Assert.Contains($"The output of {reader.InteractionId} does not fit", models.Server.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("unasked", models.Server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("SO-2")]
    public async Task Text_that_is_not_JSON_is_told()
    {
        Answer("Thirty-six.", times: 3);

        Assert.Equal("response_format: the output is not JSON", (await models.Client.CreateAsync(Ask())).Ok().Header("x-oi-warnings"));
    }

    [Theory]
    [InlineData("""{"age":36}""", Schema)]
    [InlineData("""{"age":36.0}""", Schema)]
    [InlineData("Thirty-six.", null)]
    [Rule("SO-2")]
    public async Task What_fits_or_has_no_schema_is_given_without_a_word(string text, string? schema)
    {
        Answer(text);

        var answer = (await models.Client.CreateAsync(Ask(schema: schema))).Ok();

        Assert.Null(answer.Header("x-oi-warnings"));
        Assert.False(answer.Json.TryGetProperty("errors", out _));
        Assert.DoesNotContain(answer.Id, models.Server.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcomes_are_counted()
    {
        await models.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(models.Client.Address, "/metrics")));
        Answer("""{"age":36}""");
        await models.Client.CreateAsync(Ask());

        var metrics = await models.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(models.Client.Address, "/metrics")));

        Assert.Contains("openinteractions_structured_outputs{outcome=\"fits\"}", metrics.Text, StringComparison.Ordinal);
    }
}

using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Vendors.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>What the adapter asks for.</summary>
public sealed class RequestTests
{
    private const string Png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    private static readonly string Pdf = Convert.ToBase64String("%PDF-1.7 …"u8);

    [Fact]
    [Rule("MM-1")]
    public async Task Pictures_and_documents_go_inline_and_by_address()
    {
        await using var talk = await Talk.BeginAsync();

        var told = await talk.AskAsync(new UserInputStep
        {
            Content =
            [
                new TextContent { Text = "Look" }, new TextContent { Text = "  " },
                new ImageContent { Data = Png, MimeType = "image/png" },
                new ImageContent { Uri = "https://example.org/a.jpg" },
                new DocumentContent { Data = Pdf, MimeType = "application/pdf" },
                new DocumentContent { Uri = "https://example.org/b.pdf", MimeType = "application/pdf" },
                new DocumentContent { Data = Convert.ToBase64String(Encoding.UTF8.GetBytes("a,b\n1,ö")), MimeType = "text/csv" },
            ],
        });

        talk.AssertNothingRefused();
        Assert.Equal(
            "I received image/png 70 bytes, image at https://example.org/a.jpg, application/pdf 12 bytes, document at https://example.org/b.pdf, text/plain 7 characters. You said: Look",
            told.Text);
        Assert.Contains("a,b\\n1,ö", talk.Sent.GetRawText(), StringComparison.Ordinal);
    }

    public static TheoryData<ContentBlock> Unsupported => new()
    {
        new AudioContent { Data = "AAAA", MimeType = "audio/wav" },
        new VideoContent { Uri = "https://example.org/v.mp4" },
        new ImageContent { Data = "Qk0=", MimeType = "image/bmp" },
        new ImageContent { Uri = "gs://bucket/a.png" },
        new DocumentContent { Data = "UEs=", MimeType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
    };

    [Theory]
    [MemberData(nameof(Unsupported))]
    [Rule("ST-12")]
    public async Task What_the_model_does_not_take_is_refused_before_the_call(ContentBlock content)
    {
        await using var talk = await Talk.BeginAsync();

        var failure = await Assert.ThrowsAsync<ApiException>(() => talk.AskAsync(new UserInputStep { Content = [content] }));

        Assert.Equal(ErrorCode.FailedPrecondition, failure.Code);
        Assert.Empty(talk.Server.Requests);
    }

    [Fact]
    [Rule("SO-2")]
    public async Task A_schema_is_enforced_by_the_service()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Formats =
        [
            new TextResponseFormat
            {
                MimeType = "application/json",
                Schema = JsonElement.Parse("""
                    {"type":"object","description":"A person.","required":["name"],"properties":{"name":{"type":"string","minLength":1},"age":{"type":"integer","minimum":0,"maximum":150},
                     "tags":{"type":"array","items":{"type":"string"},"minItems":2},"kind":{"oneOf":[{"type":"string","const":"a"},{"type":"null"}]}}}
                    """),
            },
        ];

        var told = await talk.SayAsync("A person, please");

        talk.AssertNothingRefused();
        Assert.Equal("You said: A person, please", JsonElement.Parse(told.Text).GetProperty("name").GetString());
        var schema = talk.Sent.GetProperty("output_config").GetProperty("format").GetProperty("schema");
        Assert.False(schema.GetProperty("additionalProperties").GetBoolean());
        Assert.Contains("maximum: 150", schema.GetProperty("properties").GetProperty("age").GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude-opus-5", """{"type":"object","additionalProperties":{"type":"string"}}""")]
    [InlineData("claude-opus-5", """{"type":"object","properties":{"next":{"$ref":"#"}}}""")]
    [InlineData("claude-3-haiku-20240307", """{"type":"object","properties":{"a":{"type":"string"}}}""")]
    public void A_schema_that_the_service_cannot_enforce_is_asked_for_in_words(string model, string schema)
    {
        var format = OpenInteractions.Providers.Anthropic.OutputFormat.For(
            [new SchemaResponseFormat(JsonElement.Parse(schema))], OpenInteractions.Providers.Anthropic.ClaudeTraits.Of(model));

        Assert.Null(format.Schema);
        Assert.Contains(schema, format.Instruction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_format_that_is_not_text_is_refused()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Formats = [new ImageResponseFormat()];

        Assert.Equal(ErrorCode.FailedPrecondition, (await Assert.ThrowsAsync<ApiException>(() => talk.SayAsync("Draw"))).Code);
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", "2023-06-01", true)]
    [InlineData("claude-opus-5", "2026-10-21", false)]
    [Rule("TH-5")]
    public async Task Sampling_settings_choose_the_older_version_where_the_model_takes_them(string model, string version, bool sent)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Config) = (model, new() { Temperature = 1.5, TopP = 0.5, Seed = 3, StopSequences = ["END"] });

        await talk.SayAsync("Go");

        talk.AssertNothingRefused();
        Assert.Equal(version, talk.Server.Requests[0].Header("anthropic-version"));
        Assert.Equal(sent, talk.Sent.TryGetProperty("temperature", out _));
        Assert.Equal(sent, talk.Provider.Describe(model).Capabilities.Sampling);
        Assert.Equal(
            sent ? [SamplingSettings.TopP, SamplingSettings.Seed] : [SamplingSettings.Temperature, SamplingSettings.TopP, SamplingSettings.Seed],
            talk.Provider.Ignored(new ModelRequest { Model = talk.Provider.Describe(model), History = [], Config = talk.Config, Project = "default", InteractionId = "int_test" }));
    }

    [Theory]
    [InlineData("priority", new[] { "safety_settings" })]
    [InlineData("flex", new[] { "safety_settings", "service_tier" })]
    [InlineData("deferred", new[] { "safety_settings", "service_tier" })]
    [Rule("SA-1")]
    public async Task Safety_settings_and_tiers_that_the_service_has_not_are_told(string tier, string[] ignored)
    {
        await using var talk = await Talk.BeginAsync();

        Assert.Equal(ignored, talk.Provider.Ignored(new ModelRequest
        {
            Model = talk.Provider.Describe("claude-opus-5"),
            History = [],
            Config = new() { ThinkingLevel = "low" },
            SafetySettings = [new SafetySetting { Type = "harassment", Threshold = "off" }],
            ServiceTier = tier,
            Project = "default",
            InteractionId = "int_test",
        }));
    }

    [Fact]
    public async Task A_server_that_does_not_know_the_newest_version_is_asked_in_the_older_one_from_then_on()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Server.Enqueue(talk.Vendor.Error(400, "invalid_request_error", "anthropic-version: \"2026-10-21\" is not a valid version"));

        await talk.SayAsync("One");
        await talk.SayAsync("Two");

        Assert.Equal(["2026-10-21", "2023-06-01", "2023-06-01"], talk.Server.Requests.Select(r => r.Header("anthropic-version")));
    }

    [Fact]
    public async Task A_model_of_another_maker_is_asked_for_in_the_older_version()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Model = "qwen3:8b";

        await Assert.ThrowsAsync<ApiException>(() => talk.SayAsync("Go")); // this server does not have it

        Assert.Equal("2023-06-01", talk.Server.Requests[0].Header("anthropic-version"));
    }

    [Fact]
    public async Task Cache_marks_stand_on_tools_system_and_the_last_two_user_messages()
    {
        await using var talk = await Talk.BeginAsync();
        (talk.System, talk.Functions) = ("Be brief.", [Talk.Function("a"), Talk.Function("b")]);
        await talk.SayAsync("One");
        await talk.SayAsync("Two");
        await talk.SayAsync("Three");

        talk.AssertNothingRefused();
        var marked = talk.Sent.GetProperty("messages").EnumerateArray().Select(m => m.GetRawText().Contains("cache_control", StringComparison.Ordinal));
        Assert.Equal([false, false, true, false, true], marked);
        Assert.True(talk.Sent.GetProperty("tools")[1].TryGetProperty("cache_control", out _));
        Assert.True(talk.Sent.GetProperty("system")[0].TryGetProperty("cache_control", out _));
    }

    [Fact]
    public async Task Inputs_without_an_answer_between_them_become_one_message()
    {
        await using var talk = await Talk.BeginAsync();
        talk.Remember(new ModelOutputStep { Content = [new TextContent { Text = "I begin." }] });
        talk.Remember(Talk.Says("a"));
        talk.Remember(Talk.Says(" "));

        Assert.StartsWith("You said: a\n", (await talk.SayAsync("b")).Text, StringComparison.Ordinal);
        talk.AssertNothingRefused();
    }

    [Theory]
    [InlineData("claude-opus-5", null, 64_000)]
    [InlineData("claude-haiku-4-5", null, 32_000)]
    [InlineData("claude-opus-5", 77, 77)]
    [InlineData("claude-haiku-4-5", 1_000_000, 64_000)]
    public async Task Max_tokens_is_always_sent_and_within_the_models_limit(string model, int? asked, int sent)
    {
        await using var talk = await Talk.BeginAsync();
        (talk.Model, talk.Config) = (model, new() { MaxOutputTokens = asked });

        await talk.SayAsync("Go");

        talk.AssertNothingRefused();
        Assert.Equal(sent, talk.Sent.GetProperty("max_tokens").GetInt32());
    }

    [Fact]
    public async Task The_list_of_models_is_read_over_all_its_pages()
    {
        await using var talk = await Talk.BeginAsync(new AnthropicVendor { MostModelsPerPage = 4 });

        var models = await talk.Provider.ListModelsAsync(CancellationToken.None);

        Assert.Equal(11, models.Count);
        var haiku = models.Single(m => m.Id == "claude-haiku-4-5-20251001");
        Assert.Equal(("anthropic", "claude-haiku-4-5", 64_000, 200_000), (haiku.Provider, haiku.Family, haiku.Capabilities.OutputTokenLimit, haiku.Capabilities.InputTokenLimit));
        Assert.Equal(Modalities.Text | Modalities.Image | Modalities.Document, haiku.Capabilities.Input);
        Assert.False(models.Single(m => m.Id == "claude-opus-5-5").Capabilities.Sampling);
    }

    [Fact]
    public void A_base_address_with_or_without_its_version_leads_to_the_same_endpoint()
    {
        Assert.Equal("https://h/x/v1/messages", new OpenInteractions.Providers.Anthropic.AnthropicOptions { BaseAddress = new("https://h/x/v1/") }.Endpoint("messages").AbsoluteUri);
        Assert.Equal("https://h/x/v1/messages", new OpenInteractions.Providers.Anthropic.AnthropicOptions { BaseAddress = new("https://h/x") }.Endpoint("messages").AbsoluteUri);
    }
}

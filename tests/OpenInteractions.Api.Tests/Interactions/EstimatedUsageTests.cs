using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Protocols 6.3: of a provider that reports no usage it is counted here, and said so.</summary>
[Rule("SE-11")]
public sealed class EstimatedUsageTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Silent = "usage: estimated, because the provider reported none";
    private static readonly string[] Hello = [ChatFrames.Text("hello"), ChatFrames.Text(" world"), ChatFrames.Finish(), ChatFrames.Done];

    [Fact]
    public async Task An_answer_without_usage_gets_one_that_is_marked_as_estimated()
    {
        models.Local.Enqueue(VendorReply.Events(Hello));

        var answer = (await models.Client.CreateAsync("""{"model":"local/scripted","input":"Say hello to the world"}""")).Ok();

        Assert.Equal("""{"total_input_tokens":6,"total_output_tokens":3,"total_thought_tokens":0,"total_tokens":9}""", answer.Json.GetProperty("usage").GetRawText());
        Assert.Equal(Silent, answer.Header("x-oi-warnings"));
        Assert.Contains($"The usage of run {answer.Id} is estimated", models.Server.Log.Text, StringComparison.Ordinal);
        Assert.Equal(9, UsageOf((await models.Client.GetAsync(answer.Id)).Ok().Json));
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("none")]
    public async Task Thought_counts_whether_it_is_shown_or_not(string summaries)
    {
        models.Local.Enqueue(VendorReply.Events([ChatFrames.Thought("Let me think about it"), ChatFrames.Text("hello"), ChatFrames.Finish(), ChatFrames.Done]));

        var answer = (await models.Client.CreateAsync($$$"""{"model":"local/scripted","input":"Say hello","generation_config":{"thinking_summaries":"{{{summaries}}}"}}""")).Ok();

        Assert.Equal("""{"total_input_tokens":3,"total_output_tokens":2,"total_thought_tokens":6,"total_tokens":11}""", answer.Json.GetProperty("usage").GetRawText());
    }

    [Fact]
    public async Task An_empty_answer_has_a_usage_too()
    {
        models.Local.Enqueue(VendorReply.Events([ChatFrames.Finish(), ChatFrames.Done]));

        Assert.Equal(1, UsageOf((await models.Client.CreateAsync("""{"model":"local/scripted","input":"hi"}""")).Ok().Json));
    }

    [Theory]
    [InlineData("\"store\":true")]
    [InlineData("\"store\":false")]
    [InlineData("\"background\":true")]
    [Rule("SE-10")]
    public async Task The_last_event_has_it(string more)
    {
        models.Local.Enqueue(VendorReply.Events(Hello));

        await using var events = await models.Client.CreateStreamedAsync($$"""{"model":"local/scripted","input":"Say hello to the world","stream":true,{{more}}}""");

        var last = (await events.ToEndAsync())[^2];
        Assert.Equal(("interaction.completed", 9), (last.Name, UsageOf(last.Json.GetProperty("interaction"))));
    }

    [Fact]
    public async Task Of_a_turn_that_was_cut_what_had_come_is_counted()
    {
        models.Local.Enqueue(VendorReply.Events(Hello).CutAfterParts(1));

        await using var events = await models.Client.CreateStreamedAsync("""{"model":"local/scripted","input":"Say hello to the world","stream":true}""");

        var interaction = (await events.ToEndAsync())[^2].Json.GetProperty("interaction");
        Assert.Equal(("failed", 8), (interaction.GetProperty("status").GetString(), UsageOf(interaction)));
    }

    [Fact]
    public async Task The_whole_conversation_counts_as_read()
    {
        models.Local.Enqueue(VendorReply.Events(Hello));
        models.Local.Enqueue(VendorReply.Events(Hello));
        var first = (await models.Client.CreateAsync("""{"model":"local/scripted","input":"Say hello to the world"}""")).Ok();

        var second = (await models.Client.CreateAsync($$"""{"model":"local/scripted","system_instruction":"Be kind","input":"Again","previous_interaction_id":"{{first.Id}}"}""")).Ok();

        Assert.Equal(6 + 3 + 2 + 2, second.Json.GetProperty("usage").GetProperty("total_input_tokens").GetInt32());
    }

    [Fact]
    public async Task What_a_provider_reports_is_told_as_it_is()
    {
        models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("hello")));

        var answer = (await models.Client.CreateAsync("""{"model":"local/scripted","input":"hi"}""")).Ok();

        Assert.Equal(11, UsageOf(answer.Json));
        Assert.Null(answer.Header("x-oi-warnings"));
        Assert.DoesNotContain($"The usage of run {answer.Id} is estimated", models.Server.Log.Text, StringComparison.Ordinal);
    }

    private static int UsageOf(System.Text.Json.JsonElement interaction) => interaction.GetProperty("usage").GetProperty("total_tokens").GetInt32();
}

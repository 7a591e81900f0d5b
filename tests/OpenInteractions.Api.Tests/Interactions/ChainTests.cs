using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour ST: what is kept, what a later turn knows, and what it does not.</summary>
public sealed class ChainTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    private Task<Answer> SayAsync(string text, string? previous = null, string more = "") => _client.CreateAsync(
        $$"""{"model":"demo","input":{{JsonSerializer.Serialize(text)}}{{(previous is null ? "" : $",\"previous_interaction_id\":\"{previous}\"")}}{{more}}}""");

    [Fact]
    public async Task A_parent_may_be_named_with_its_collection_as_in_a_path()
    {
        var first = (await _client.CreateAsync("""{"model":"demo","input":"My name is Ada."}""")).Ok();

        var second = (await _client.CreateAsync($$"""{"model":"demo","input":"What is my name?","previous_interaction_id":"interactions/{{first.Id}}"}""")).Ok();

        Assert.Contains("Ada", second.OutputText, StringComparison.Ordinal);
        Assert.Equal(first.Id, second.Json.GetProperty("previous_interaction_id").GetString());
    }

    [Fact]
    [Rule("ST-1")]
    [Rule("ST-2")]
    public async Task An_interaction_is_kept_and_a_get_shows_its_input_first()
    {
        var created = (await SayAsync("echo: hello")).Ok();

        var read = (await _client.GetAsync(created.Id)).Ok();

        Assert.Equal(["model_output"], created.Steps.Select(s => s.GetProperty("type").GetString()));
        Assert.Equal(["user_input", "model_output"], read.Steps.Select(s => s.GetProperty("type").GetString()));
        Assert.Equal("echo: hello", read.Steps[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(created.Steps[0].GetRawText(), read.Steps[1].GetRawText());
        foreach (var member in (string[])["id", "object", "status", "model", "created", "updated", "usage", "service_tier"])
        {
            Assert.Equal(created.Json.GetProperty(member).GetRawText(), read.Json.GetProperty(member).GetRawText());
        }
    }

    [Fact]
    [Rule("ST-1")]
    [Rule("ST-14")]
    public async Task What_is_not_stored_cannot_be_read_listed_or_continued()
    {
        var before = (await _client.ListAsync("?page_size=1000")).Text;

        var created = (await SayAsync("echo: hello", more: ",\"store\":false")).Ok();

        Assert.Equal("hello", created.OutputText);
        Assert.Equal((404, "not_found"), Status(await _client.GetAsync(created.Id)));
        Assert.Equal((404, "not_found"), Status(await SayAsync("more", created.Id)));
        Assert.Equal(before, (await _client.ListAsync("?page_size=1000")).Text);
    }

    [Fact]
    [Rule("ST-14")]
    public async Task A_turn_that_is_not_stored_may_continue_one_that_is()
    {
        var first = (await SayAsync("My name is Ada.")).Ok();

        var second = (await SayAsync("What is my name?", first.Id, ",\"store\":false")).Ok();

        Assert.Contains("Ada", second.OutputText, StringComparison.Ordinal);
        Assert.Equal(first.Id, second.Json.GetProperty("previous_interaction_id").GetString());
    }

    [Fact]
    [Rule("ST-3")]
    [Rule("ST-11")]
    public async Task A_chain_may_change_its_model_and_the_next_one_knows_what_was_said()
    {
        var first = (await SayAsync("My name is Ada.")).Ok();
        var second = (await _client.CreateAsync($$"""{"model":"gpt-5.1","input":"what did you say last?","previous_interaction_id":"{{first.Id}}"}""")).Ok();
        var third = (await SayAsync("What is my name?", second.Id)).Ok();

        Assert.Contains(first.OutputText, second.OutputText, StringComparison.Ordinal);
        Assert.Contains("Ada", third.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-3")]
    [Rule("ST-4")]
    public async Task Tools_instruction_and_settings_hold_for_one_turn()
    {
        var one = HeldReply.Next(models, holdAfter: 0, "{\"a\":1}");
        var two = HeldReply.Next(models, holdAfter: 0, "two");
        one.LetGo();
        two.LetGo();
        var first = (await _client.CreateAsync(
            """
            {"model":"local/scripted","input":"one","system_instruction":"Be short.","service_tier":"flex","labels":{"team":"a"},
             "tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{}}}],
             "generation_config":{"temperature":0.5,"max_output_tokens":77},
             "response_format":{"type":"text","mime_type":"application/json","schema":{"type":"object","properties":{"a":{"type":"integer"}}}}}
            """)).Ok();

        var second = (await _client.CreateAsync($$"""{"model":"local/scripted","input":"two","previous_interaction_id":"{{first.Id}}"}""")).Ok();

        var asked = (await one.Request).Text;
        var followed = (await two.Request).Text;
        foreach (var told in (string[])["Be short.", "get_weather", "temperature", "77", "response_format"])
        {
            Assert.Contains(told, asked, StringComparison.Ordinal);
            Assert.DoesNotContain(told, followed, StringComparison.Ordinal);
        }

        Assert.Equal(("flex", "standard"), (first.Json.GetProperty("service_tier").GetString(), second.Json.GetProperty("service_tier").GetString()));
        Assert.Equal("a", first.Json.GetProperty("labels").GetProperty("team").GetString());
        foreach (var member in (string[])["labels", "tools", "system_instruction", "generation_config", "response_format"])
        {
            Assert.True(first.Json.TryGetProperty(member, out _), member);
            Assert.False(second.Json.TryGetProperty(member, out _), member);
        }
    }

    [Fact]
    [Rule("ST-6")]
    [Rule("ST-8")]
    public async Task What_still_runs_and_what_was_cancelled_cannot_be_continued()
    {
        var reply = HeldReply.Next(models, holdAfter: 0, "never");
        var running = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi","background":true}""")).Ok();
        await reply.Reached;

        var early = await SayAsync("more", running.Id);
        var cancelled = (await _client.CancelAsync(running.Id)).Ok();
        var late = await SayAsync("more", running.Id);

        Assert.Equal((400, "failed_precondition"), Status(early));
        Assert.Contains("in_progress", early.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("cancelled", cancelled.State);
        Assert.Equal((400, "failed_precondition"), Status(late));
        Assert.Contains("cancelled", late.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-8")]
    public async Task What_failed_cannot_be_continued()
    {
        models.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}"""));
        var failed = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi","background":true}""")).Ok();
        var end = await _client.EndOfAsync(failed.Id);

        var next = await SayAsync("more", failed.Id);

        Assert.Equal("failed", end.State);
        Assert.Equal((400, "failed_precondition"), Status(next));
    }

    [Fact]
    [Rule("ST-7")]
    [Rule("SM-2")]
    public async Task An_incomplete_turn_keeps_its_work_and_can_be_continued()
    {
        var cut = (await SayAsync("count to 50", more: ",\"generation_config\":{\"max_output_tokens\":5}")).Ok();

        var next = (await SayAsync("echo: on", cut.Id)).Ok();

        Assert.Equal("incomplete", cut.State);
        Assert.Equal("1 2 3 4 5", cut.OutputText);
        Assert.Equal(("completed", "on"), (next.State, next.OutputText));
    }

    [Theory]
    [InlineData("int_06gzsvnbrm0000000000000000000")]
    [InlineData("v1_abc")]
    [InlineData("'; drop table interactions; --")]
    [Rule("ST-9")]
    public async Task An_unknown_parent_is_404(string id)
    {
        var answer = await SayAsync("more", id);

        Assert.Equal((404, "not_found"), Status(answer));
    }

    [Fact]
    [Rule("ST-10")]
    public async Task Branches_know_their_ancestors_and_not_their_siblings()
    {
        var root = (await SayAsync("My name is Ada.")).Ok();
        var left = (await SayAsync("My colour is red.", root.Id)).Ok();
        var right = (await SayAsync("My colour is blue.", root.Id)).Ok();

        var asked = (await SayAsync("What is my name and what is my colour?", left.Id)).Ok();
        var other = (await SayAsync("What is my name and what is my colour?", right.Id)).Ok();

        Assert.Contains("red", asked.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("blue", asked.OutputText, StringComparison.Ordinal);
        Assert.Contains("blue", other.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("red", other.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-12")]
    public async Task Media_in_the_history_that_the_next_model_cannot_take_are_refused()
    {
        const string wave = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAgD4AAAB9AAACABAAZGF0YQAAAAA=";
        var heard = (await _client.CreateAsync($$"""{"model":"demo","input":[{"type":"text","text":"listen"},{"type":"audio","mime_type":"audio/wav","data":"{{wave}}"}]}""")).Ok();

        var next = await _client.CreateAsync($$"""{"model":"gpt-4.1","input":"what was it?","previous_interaction_id":"{{heard.Id}}"}""");

        Assert.Equal((400, "failed_precondition"), Status(next));
        Assert.Contains("audio", next.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-13")]
    public async Task Background_without_store_is_refused()
    {
        var answer = await SayAsync("hi", more: ",\"background\":true,\"store\":false");

        Assert.Equal((400, "invalid_request"), Status(answer));
        Assert.Contains("'background'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-15")]
    public async Task A_client_may_keep_the_history_and_send_it_back()
    {
        var first = (await SayAsync("My name is Ada.", more: ",\"store\":false,\"generation_config\":{\"thinking_level\":\"low\"}")).Ok();
        var steps = string.Join(',', first.Steps.Select(s => s.GetRawText()));

        var second = (await _client.CreateAsync(
            $$$"""
            {"model":"demo","store":false,"input":[{"type":"user_input","content":[{"type":"text","text":"My name is Ada."}]},{{{steps}}},
             {"type":"user_input","content":[{"type":"text","text":"What is my name?"}]}]}
            """)).Ok();

        Assert.Equal("thought", first.Steps[0].GetProperty("type").GetString());
        Assert.Contains("Ada", second.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-16")]
    public async Task What_is_deleted_is_gone()
    {
        var created = (await SayAsync("echo: hello")).Ok();

        var deleted = (await _client.DeleteAsync(created.Id)).Ok();

        Assert.Equal("{}", deleted.Text);
        Assert.Equal((404, "not_found"), Status(await _client.GetAsync(created.Id)));
        Assert.Equal((404, "not_found"), Status(await _client.GetAsync(created.Id, "?stream=true")));
        Assert.Equal((404, "not_found"), Status(await _client.CancelAsync(created.Id)));
        Assert.Equal((404, "not_found"), Status(await _client.TreeAsync(created.Id)));
        Assert.Equal((404, "not_found"), Status(await _client.DeleteAsync(created.Id)));
        Assert.Equal((404, "not_found"), Status(await SayAsync("more", created.Id)));
    }

    [Fact]
    [Rule("ST-16")]
    public async Task Deleting_does_not_stop_the_work()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        var running = (await _client.CreateAsync("""{"model":"local/scripted","input":"hi","background":true}""")).Ok();
        await reply.Reached;

        (await _client.DeleteAsync(running.Id)).Ok();
        reply.LetGo();
        var asked = await reply.Request;
        await RunsEndedAsync();

        Assert.False(asked.CallerLeft.IsCompleted);
        Assert.Equal((404, "not_found"), Status(await _client.GetAsync(running.Id)));
    }

    [Fact]
    [Rule("ST-17")]
    public async Task Descendants_of_what_was_deleted_stay_and_cannot_be_continued()
    {
        var root = (await SayAsync("My name is Ada.")).Ok();
        var child = (await SayAsync("echo: still here", root.Id)).Ok();

        (await _client.DeleteAsync(root.Id)).Ok();

        Assert.Equal("still here", (await _client.GetAsync(child.Id)).Ok().OutputText);
        Assert.Equal((404, "not_found"), Status(await SayAsync("What is my name?", child.Id)));
    }

    [Fact]
    [Rule("ST-21")]
    public async Task The_input_is_shown_when_it_is_asked_for()
    {
        var created = (await SayAsync("echo: hello")).Ok();

        var plain = (await _client.GetAsync(created.Id, "?include_input=false")).Ok();
        var full = (await _client.GetAsync(created.Id, "?include_input=true")).Ok();

        Assert.False(plain.Json.TryGetProperty("input", out _));
        Assert.Equal("""[{"type":"user_input","content":[{"type":"text","text":"echo: hello"}]}]""", full.Json.GetProperty("input").GetRawText());
    }

    private static (int Status, string Code) Status(Answer answer) => (answer.Status, answer.ErrorCode);

    // A run that nobody may read any more shows only in the count of those that run.
    private async Task RunsEndedAsync()
    {
        for (var rounds = 0; rounds < 500; rounds++)
        {
            if ((await _client.SendAsync(HttpMethod.Get, "/readyz")).Json.GetProperty("running").GetInt32() == 0)
            {
                return;
            }
        }

        throw new TimeoutException("The run never ended.");
    }
}

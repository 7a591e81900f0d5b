using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour FN: calls that the client answers.</summary>
public sealed class FunctionTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==";

    private readonly InteractionsClient _client = models.Client;

    /// <summary>On either wire, with text before the call and without, in every way that a caller can ask.</summary>
    public static TheoryData<string, string, string> UndeclaredCalls
    {
        get
        {
            var cases = new TheoryData<string, string, string>();
            foreach (var model in (string[])["local/scripted", "gpt-5.1"])
            {
                foreach (var said in (string[])["Let me see.", ""])
                {
                    foreach (var more in (string[])["", ",\"background\":true", ",\"stream\":true", ",\"stream\":true,\"store\":false"])
                    {
                        cases.Add(model, said, more);
                    }
                }
            }

            return cases;
        }
    }

    private async Task<Answer> SendAsync(string body) => (await _client.CreateAsync(body)).Ok();

    [Theory]
    [InlineData("demo", "get_weather for Paris")]
    [InlineData("gpt-5.1", "call get_weather with {\\\"city\\\":\\\"Paris\\\"}")]
    [Rule("FN-1")]
    [Rule("FN-13")]
    public async Task A_call_ends_the_turn_and_its_result_starts_the_next(string model, string prompt)
    {
        var asked = await SendAsync($$"""{"model":"{{model}}","input":"{{prompt}}","tools":{{Functions.Tools}}}""");
        var answered = await SendAsync(Functions.Result(asked, "22 degrees and sunny"));

        var call = Assert.Single(Functions.Calls(asked));
        Assert.Equal("requires_action", asked.State);
        Assert.Equal("get_weather", call.GetProperty("name").GetString());
        Assert.Equal("Paris", call.GetProperty("arguments").GetProperty("city").GetString());
        Assert.Equal("completed", answered.State);
        Assert.Contains("22 degrees and sunny", answered.OutputText, StringComparison.Ordinal);
        Assert.Equal(["function_result"], (await _client.GetAsync(answered.Id)).Ok().Steps.Take(1).Select(s => s.GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("FN-2")]
    public async Task Several_calls_are_answered_together_in_any_order(bool reversed)
    {
        var asked = await SendAsync(Functions.Ask("get_weather for Paris and get_time"));
        var results = Functions.Calls(asked).Select((c, i) => Functions.ResultStep(c, $"\"result {i}\"")).ToList();
        if (reversed)
        {
            results.Reverse();
        }

        var answered = await SendAsync(Functions.Results(asked, results));

        Assert.Equal(2, results.Count);
        Assert.Equal("completed", answered.State);
        Assert.Contains("result 0", answered.OutputText, StringComparison.Ordinal);
        Assert.Contains("result 1", answered.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FN-3")]
    public async Task A_follow_up_that_leaves_a_call_open_is_refused_and_names_it()
    {
        var asked = await SendAsync(Functions.Ask("get_weather for Paris and get_time"));

        var none = await _client.CreateAsync($$"""{"model":"demo","input":"never mind","previous_interaction_id":"{{asked.Id}}"}""");
        var half = await _client.CreateAsync(Functions.Result(asked, "sunny"));

        Assert.Equal((400, "invalid_request"), (none.Status, none.ErrorCode));
        Assert.All(Functions.Calls(asked), c => Assert.Contains(c.GetProperty("id").GetString()!, none.ErrorMessage, StringComparison.Ordinal));
        Assert.Equal((400, "invalid_request"), (half.Status, half.ErrorCode));
        Assert.Contains(Functions.Calls(asked)[1].GetProperty("id").GetString()!, half.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FN-4")]
    public async Task Each_round_of_calls_is_an_interaction_of_its_own()
    {
        var first = await SendAsync(Functions.Ask("call get_weather with {}", "gpt-4.1"));
        models.OpenAI.Enqueue(models.Turn(OpenAITurn.New.Calls("get_time", "{}")));
        var second = await SendAsync(Functions.Result(first, "sunny"));
        var third = await SendAsync(Functions.Result(second, "noon"));

        Assert.Equal(["requires_action", "requires_action", "completed"], [first.State, second.State, third.State]);
        Assert.Equal(3, new[] { first.Id, second.Id, third.Id }.Distinct().Count());
        Assert.Contains("sunny", third.OutputText, StringComparison.Ordinal);
        Assert.Contains("noon", third.OutputText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"plain text\"", "plain text")]
    [InlineData("{\"degrees\":22}", "22")]
    [InlineData("[{\"type\":\"text\",\"text\":\"in a block\"}]", "in a block")]
    [InlineData("{\"content\":[{\"type\":\"text\",\"text\":\"in a wrapped block\"}]}", "in a wrapped block")]
    [InlineData("[{\"type\":\"text\",\"text\":\"a picture\"},{\"type\":\"image\",\"mime_type\":\"image/png\",\"data\":\"" + Pixel + "\"}]", "1×1")]
    [InlineData("\"\"", "")]
    [Rule("FN-5")]
    public async Task A_result_is_text_an_object_or_blocks(string result, string seen)
    {
        var asked = await SendAsync(Functions.Ask("get_time"));

        var answered = await SendAsync(Functions.Results(asked, [Functions.ResultStep(Functions.Calls(asked)[0], result)]));
        var read = (await _client.GetAsync(answered.Id)).Ok();

        Assert.Equal("completed", answered.State);
        Assert.Contains(seen.Replace('×', 'x'), answered.OutputText.Replace('×', 'x').Replace(" x ", "x", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(JsonElement.Parse(result).GetRawText(), read.Steps[0].GetProperty("result").GetRawText());
    }

    [Fact]
    [Rule("FN-6")]
    public async Task The_model_is_told_that_a_call_went_wrong()
    {
        var asked = await SendAsync(Functions.Ask("get_time"));

        var answered = await SendAsync(Functions.Results(asked, [Functions.ResultStep(Functions.Calls(asked)[0], "\"the clock is broken\"", ",\"is_error\":true")]));

        Assert.Contains("the clock is broken", answered.OutputText, StringComparison.Ordinal);
        Assert.Matches("(?i)fail|error|wrong", answered.OutputText);
    }

    [Theory]
    [InlineData("demo", "get_weather for Paris")]
    [InlineData("gpt-4.1", "call get_weather with {\\\"city\\\":\\\"Paris\\\"}")]
    [Rule("FN-7")]
    public async Task A_client_without_stored_state_sends_the_steps_back(string model, string prompt)
    {
        var asked = await SendAsync($$$"""{"model":"{{{model}}}","input":"{{{prompt}}}","tools":{{{Functions.Tools}}},"store":false}""");
        var call = Functions.Calls(asked)[0];
        string[] steps =
        [
            $$"""{"type":"user_input","content":[{"type":"text","text":"{{prompt}}"}]}""",
            .. asked.Steps.Select(s => s.GetRawText()), Functions.ResultStep(call, "\"sunny\""),
        ];

        var answered = await SendAsync($$"""{"model":"{{model}}","store":false,"tools":{{Functions.Tools}},"input":[{{string.Join(',', steps)}}]}""");

        Assert.Equal("completed", answered.State);
        Assert.Contains("sunny", answered.OutputText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"auto\"", "hello", 0)]
    [InlineData("\"none\"", "get_weather for Paris", 0)]
    [InlineData("\"any\"", "hello", 1)]
    [InlineData("\"validated\"", "get_weather for Paris", 1)]
    [InlineData("{\"allowed_tools\":{\"mode\":\"any\",\"tools\":[\"get_time\"]}}", "get_weather for Paris", 1)]
    [InlineData("{\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[\"get_time\"]}}", "get_weather for Paris", 0)]
    [Rule("FN-8")]
    public async Task The_tool_choice_is_kept(string choice, string prompt, int calls)
    {
        var answer = await SendAsync(Functions.Ask(prompt, more: $$""","generation_config":{"tool_choice":{{choice}}}"""));

        Assert.Equal(calls, Functions.Calls(answer).Count);
        Assert.Equal(calls > 0 ? "requires_action" : "completed", answer.State);
        if (choice.Contains("get_time", StringComparison.Ordinal))
        {
            Assert.All(Functions.Calls(answer), c => Assert.Equal("get_time", c.GetProperty("name").GetString()));
        }
    }

    [Fact]
    [Rule("FN-10")]
    [Rule("FN-14")]
    public async Task Empty_required_missing_signatures_and_the_placeholder_are_taken()
    {
        var answer = await SendAsync(
            """
            {"model":"gpt-5.1","tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{},"required":[]}}],"input":[
              {"type":"user_input","content":[{"type":"text","text":"one"}]},
              {"type":"function_call","id":"a","name":"f","arguments":{}},{"type":"function_result","call_id":"a","result":"1"},
              {"type":"user_input","content":[{"type":"text","text":"two"}]},
              {"type":"thought","signature":"skip_thought_signature_validator"},
              {"type":"function_call","id":"b","name":"f","arguments":{},"signature":"skip_thought_signature_validator"},{"type":"function_result","call_id":"b","result":"2"}]}
            """);

        Assert.Equal("completed", answer.State);
        var read = (await _client.GetAsync(answer.Id)).Ok();
        Assert.Equal("skip_thought_signature_validator", read.Steps[5].GetProperty("signature").GetString());
    }

    public static TheoryData<string, string> ForbiddenCalls
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var model in (string[])["gpt-5.1", "local/scripted"])
            {
                foreach (var mode in (string[])["auto", "any", "validated"])
                {
                    cases.Add(model, $$$"""{"allowed_tools":{"mode":"{{{mode}}}","tools":["get_time"]}}""");
                }

                cases.Add(model, "\"none\"");
                cases.Add(model, """{"allowed_tools":{"mode":"none","tools":["get_weather"]}}""");
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(ForbiddenCalls))]
    [Rule("FN-8")]
    public async Task A_call_of_a_function_that_the_choice_does_not_allow_is_not_passed_on(string model, string choice)
    {
        if (model == "gpt-5.1")
        {
            models.OpenAI.Enqueue(models.Turn(OpenAITurn.New.Calls("get_weather", "{}")));
        }
        else
        {
            models.Local.Enqueue(VendorReply.Events([ChatFrames.Call(0, "x", "get_weather", "{}"), ChatFrames.Finish("tool_calls"), ChatFrames.Done]));
        }

        var end = await SendAsync(Functions.Ask("hi", model, $$$""","generation_config":{"tool_choice":{{{choice}}}}"""));

        Assert.Equal("failed", end.State);
        Assert.Equal("unexpected_tool_call", end.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Contains("'get_weather', which 'generation_config.tool_choice' does not allow", end.Json.GetProperty("errors")[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(Functions.Calls(end));
    }

    [Theory]
    [MemberData(nameof(UndeclaredCalls))]
    [Rule("FN-11")]
    [Rule("ER-4")]
    [Rule("ER-5")]
    public async Task A_call_of_a_function_that_nobody_declared_is_not_passed_on(string model, string said, string more)
    {
        if (model == "gpt-5.1")
        {
            models.OpenAI.Enqueue(models.Turn((said.Length > 0 ? OpenAITurn.New.Says(said) : OpenAITurn.New).Calls("rm_rf", "{}")));
        }
        else
        {
            string[] text = said.Length > 0 ? [ChatFrames.Text(said)] : [];
            models.Local.Enqueue(VendorReply.Events([.. text, ChatFrames.Call(0, "x", "rm_rf", "{}"), ChatFrames.Finish("tool_calls"), ChatFrames.Done]));
        }

        var body = Functions.Ask("hi", model, more);

        string id;
        if (more.Contains("stream", StringComparison.Ordinal))
        {
            await using var events = await _client.CreateStreamedAsync(body);
            var told = await events.ToEndAsync();
            Assert.Equal("unexpected_tool_call", told.Single(e => e.Name == "error").Json.GetProperty("error").GetProperty("code").GetString());
            id = events.InteractionId;
            Assert.Equal("failed", told.Last(e => e.Name == "interaction.completed").Json.GetProperty("interaction").GetProperty("status").GetString());
        }
        else
        {
            id = (await SendAsync(body)).Id;
        }

        if (more.Contains("\"store\":false", StringComparison.Ordinal))
        {
            return; // nothing is kept to be read
        }

        var end = await _client.EndOfAsync(id);

        Assert.Equal("failed", end.State);
        Assert.Equal("unexpected_tool_call", end.Json.GetProperty("errors")[0].GetProperty("code").GetString());
        Assert.Empty(Functions.Calls(end));
    }

    [Fact]
    [Rule("FN-12")]
    public async Task Functions_and_structured_output_work_together()
    {
        const string format = ",\"response_format\":{\"type\":\"text\",\"mime_type\":\"application/json\",\"schema\":{\"type\":\"object\",\"properties\":{\"sky\":{\"type\":\"string\"}},\"required\":[\"sky\"]}}";

        var asked = await SendAsync(Functions.Ask("get_weather for Paris", more: format));
        var answered = await SendAsync(Functions.Result(asked, "sunny", format));

        Assert.Equal("requires_action", asked.State);
        Assert.Equal(JsonValueKind.String, JsonElement.Parse(answered.OutputText).GetProperty("sky").ValueKind);
    }
}

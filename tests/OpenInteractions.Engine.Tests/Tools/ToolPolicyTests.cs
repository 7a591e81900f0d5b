using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Tools;

public sealed class ToolPolicyTests : IDisposable
{
    private const string Lookup = "crm__lookup";

    private readonly string _rules = Path.Combine(Path.GetTempPath(), $"oi-rules-{Guid.NewGuid():N}.json");
    private readonly ScriptedTools _tools = new ScriptedTools().Answers("lookup", "Ada, card 4111");

    public void Dispose() => File.Delete(_rules);

    [Fact]
    public async Task A_denied_call_is_not_made_and_the_model_sees_why()
    {
        var (kept, _) = await AskAsync("""{"rules":[{"name":"no crm","decision":"deny","tool":"crm__*","reason":"The CRM is closed."}]}""");

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.Contains("The CRM is closed.", Assert.Single(kept.Results()), StringComparison.Ordinal);
        Assert.True(Assert.IsType<McpServerToolResultStep>(kept.Steps()[1]).IsError);
        Assert.Empty(_tools.Calls);
    }

    [Theory]
    [InlineData("""{"decision":"deny","tool":"mcp_server"}""", true)]
    [InlineData("""{"decision":"deny","tool":"lookup"}""", true)] // the server's own name for it
    [InlineData("""{"decision":"allow","tool":"lookup"},{"decision":"deny"}""", true)] // which proves nothing: callers choose the server
    [InlineData("""{"decision":"allow","tool":"lookup","server":"https://crm.example/*"},{"decision":"deny"}""", false)]
    [InlineData("""{"decision":"allow","server":"https://crm.example/*"},{"decision":"deny"}""", false)]
    [InlineData("""{"decision":"allow","server":"https://other.example/*"},{"decision":"deny"}""", true)]
    [InlineData("""{"decision":"deny","server":"https://crm.example/*"}""", true)]
    [InlineData("""{"decision":"deny","server":"https://crm.example"}""", false)]
    [InlineData("""{"decision":"deny","tool":"LOOKUP"}""", false)]
    [InlineData("""{"decision":"deny","tool":"*look*"}""", true)]
    [InlineData("""{"decision":"deny","arguments":{"id":"^7$"}}""", true)]
    [InlineData("""{"decision":"deny","arguments":{"id":"^8$"}}""", false)]
    [InlineData("""{"decision":"deny","arguments":{"/deep/0/path":"^/etc/"}}""", true)]
    [InlineData("""{"decision":"deny","arguments":{"nothing":"."}}""", false)]
    [InlineData("""{"decision":"deny","project":"default"}""", true)]
    [InlineData("""{"decision":"deny","project":"other*"}""", false)]
    [InlineData("""{"decision":"deny","agent":"researcher"}""", false)]
    [InlineData("""{"decision":"require_approval","tool":"crm__lookup"}""", true)]
    [InlineData("""{"decision":"allow","tool":"crm__lookup"},{"decision":"deny"}""", false)]
    [InlineData("""{"decision":"deny","tool":"crm__lookup"},{"decision":"allow"}""", true)]
    public async Task The_first_rule_that_fits_decides(string rules, bool isDenied)
    {
        var (kept, _) = await AskAsync($$"""{"rules":[{{rules}}]}""");

        Assert.Equal(isDenied, _tools.Calls.Count == 0);
        Assert.Equal(InteractionStatus.Completed, kept.Status);
    }

    [Theory]
    [InlineData("crm_")]
    [InlineData("a__b")]
    [InlineData("日本")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task No_name_that_a_caller_gives_to_a_server_takes_its_tool_out_of_a_rule(string server)
    {
        File.WriteAllText(_rules, """{"rules":[{"decision":"deny","tool":"*__lookup"}]}""");
        var model = new ScriptedRounds(ScriptedModel.Calls(Engine.Tools.RemoteFunctionNames.Of(server, "lookup"), "{}"), ScriptedModel.Says("Well."));
        await using var node = await TestNode.StartAsync(model, _tools, settings: ("Tools:Policy:RulesFile", _rules));

        var kept = await node.AskAsync(ToolRequests.Of(tools: $$"""{"type":"mcp_server","name":"{{server}}","url":"https://crm.example/mcp"}"""));

        Assert.Single(kept.Results());
        Assert.Empty(_tools.Calls);
    }

    [Theory]
    [InlineData("""{"decision":"deny","tool":"google_search","arguments":{"queries":"secret"}}""", true)]
    [InlineData("""{"decision":"deny","result":"."}""", true)]
    [InlineData("""{"decision":"require_approval","arguments":{"queries":"secret"}}""", true)]
    [InlineData("""{"decision":"deny","tool":"google_maps","arguments":{"queries":"secret"}}""", false)]
    [InlineData("""{"decision":"deny","project":"other","result":"."}""", false)]
    [InlineData("""{"decision":"allow","tool":"google_search","arguments":{"queries":"^weather"}},{"decision":"deny"}""", true)]
    [InlineData("""{"decision":"allow","tool":"google_search"},{"decision":"deny"}""", false)]
    public async Task What_a_rule_cannot_see_of_a_vendors_own_tool_is_not_allowed(string rules, bool isDenied)
    {
        File.WriteAllText(_rules, $$"""{"rules":[{{rules}}]}""");
        var question = Question() with { Function = "google_search", Kind = "google_search", IsUnseen = true };

        var decision = await PolicyAt(_rules, new ManualTime()).DecideAsync(question, default);

        Assert.Equal(isDenied, decision.Verdict != PolicyVerdict.Allow);
    }

    [Theory]
    [InlineData("""{"id":7,"deep":[{"path":"\u002fetc\/passwd"}]}""")]
    [InlineData("""{"id":7,"deep":[ { "path" : "/\u0065tc/passwd" } ]}""")]
    public async Task A_rule_sees_through_escapes_and_white_space_that_the_model_writes(string arguments)
    {
        await AskAsync("""{"rules":[{"decision":"deny","arguments":{"deep":"\"path\":\"/etc/"}}]}""", ScriptedModel.Calls(Lookup, arguments));

        Assert.Empty(_tools.Calls);
    }

    [Theory]
    [InlineData("""{"rules":[],"default":"deny"}""")]
    [InlineData("""{"rules":[{"decision":"maybe"}]}""")]
    [InlineData("""{"rules":[{"decision":"allow","tol":"x"}]}""")]
    [InlineData("""{"rules":[{"decision":"allow","arguments":{"a":"("}}]}""")]
    [InlineData("""{"rules":[{"decision":"allow","arguments":{"a":"(?=x)"}}]}""")]
    [InlineData("""{"rules":[null]}""")]
    [InlineData("""{"default":"deny","rules":[{"decision":"deny"},null]}""")]
    [InlineData("""{"rules":""")]
    [InlineData("""{}""")]
    [InlineData("null")]
    [InlineData(null)]
    public async Task Rules_that_are_broken_or_missing_deny_every_call(string? rules)
    {
        var (kept, _) = await AskAsync(rules);

        Assert.Empty(_tools.Calls);
        Assert.Single(kept.Results());
    }

    [Fact]
    public async Task Rules_that_are_mended_hold_without_a_restart()
    {
        var time = new ManualTime();
        File.WriteAllText(_rules, "{");
        var policy = PolicyAt(_rules, time);
        Assert.Equal(PolicyVerdict.Deny, (await policy.DecideAsync(Question(), default)).Verdict);

        File.WriteAllText(_rules, """{"rules":[]}""");
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PolicyVerdict.Allow, (await policy.DecideAsync(Question(), default)).Verdict);
    }

    [Fact]
    public async Task A_null_in_the_place_of_good_rules_denies_and_keeps_denying()
    {
        var time = new ManualTime();
        File.WriteAllText(_rules, """{"rules":[]}""");
        var policy = PolicyAt(_rules, time);
        Assert.Equal(PolicyVerdict.Allow, (await policy.DecideAsync(Question(), default)).Verdict);

        File.WriteAllText(_rules, """{"rules":[null],"default":"deny"}""");
        for (var look = 0; look < 3; look++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(PolicyVerdict.Deny, (await policy.DecideAsync(Question(), default)).Verdict);
        }
    }

    [Fact]
    public async Task A_file_that_hangs_denies_and_holds_nobody_else_up_until_there_is_one_that_can_be_read()
    {
        var (time, pipe) = (new ManualTime(), _rules + ".pipe");
        using (var made = System.Diagnostics.Process.Start("mkfifo", _rules))
        {
            await made.WaitForExitAsync();
        }

        var policy = PolicyAt(_rules, time);
        using var impatient = new CancellationTokenSource();
        var deciding = policy.DecideAsync(Question(), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deciding);

        File.Move(_rules, pipe);
        File.WriteAllText(_rules, """{"rules":[]}""");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(PolicyVerdict.Allow, (await policy.DecideAsync(Question(), default).AsTask().OrTimeout("a decision")).Verdict);

        LetGoOn(pipe); // what it reads is of no use any more
        File.Delete(pipe);
        Assert.Equal(PolicyVerdict.Allow, (await policy.DecideAsync(Question(), default)).Verdict);
    }

    [Fact]
    public async Task While_the_file_hangs_calls_are_denied_in_time_and_the_turn_goes_on()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", _rules))
        {
            await made.WaitForExitAsync();
        }

        try
        {
            var model = Model();
            await using var node = await TestNode.StartAsync(model, _tools, settings: [("Tools:Policy:RulesFile", _rules), ("Tools:Policy:DecisionTimeout", "00:00:00.100")]);
            var kept = await node.AskAsync(ToolRequests.Of()).OrTimeout("the answer");

            Assert.Empty(_tools.Calls);
            Assert.Contains("took too long", Assert.Single(kept.Results()), StringComparison.Ordinal);
            Assert.Equal(InteractionStatus.Completed, kept.Status);
        }
        finally
        {
            LetGoOn(_rules);
        }
    }

    /// <summary>Lets a reading that hangs in a pipe go on. Opened for reading, too: for writing alone it would wait for a reader that may be gone, or not be there yet.</summary>
    private static void LetGoOn(string pipe)
    {
        using var end = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        end.Write("{"u8);
    }

    private static RuleFilePolicy PolicyAt(string path, TimeProvider time) =>
        new(Microsoft.Extensions.Options.Options.Create(new ToolPolicyOptions { RulesFile = path }), time, Microsoft.Extensions.Logging.Abstractions.NullLogger<RuleFilePolicy>.Instance);

    [Fact]
    public async Task A_decision_that_takes_too_long_and_one_that_fails_deny()
    {
        var never = new TaskCompletionSource<PolicyDecision>();
        var late = await AskWithAsync(new ScriptedPolicy(_ => new(never.Task)));
        var failed = await AskWithAsync(new ScriptedPolicy(_ => throw new InvalidOperationException("secret")));

        Assert.Empty(_tools.Calls);
        Assert.Contains("took too long", Assert.Single(late.Results()), StringComparison.Ordinal);
        Assert.Contains("could not be decided", Assert.Single(failed.Results()), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failed.Results()[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_that_is_denied_is_not_shown_to_the_model()
    {
        var (kept, model) = await AskAsync("""{"rules":[{"decision":"deny","result":"card \\d{4}","reason":"It holds a card."}]}""");

        Assert.Single(_tools.Calls);
        Assert.Contains("It holds a card.", Assert.Single(kept.Results()), StringComparison.Ordinal);
        Assert.DoesNotContain("4111", model.Requests[1].History[^1].Steps[^1].Step.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clients_function_passes_the_gate_too()
    {
        var (kept, model) = await AskAsync(
            """{"rules":[{"decision":"deny","tool":"get_weather","reason":"No weather."}]}""",
            ScriptedModel.Calls("get_weather", "{}"), ToolRequests.Weather);

        Assert.Equal(InteractionStatus.Completed, kept.Status);
        Assert.Equal(["function_call", "function_result", "model_output"], kept.Types());
        Assert.Contains("No weather.", Assert.Single(kept.Results()), StringComparison.Ordinal);
        Assert.Equal(2, model.Requests.Count);
    }

    [Fact]
    public async Task A_model_that_calls_a_denied_function_for_ever_is_stopped()
    {
        File.WriteAllText(_rules, """{"rules":[{"decision":"deny","tool":"get_weather"}]}""");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("get_weather", "{}")), settings: ("Tools:Policy:RulesFile", _rules));

        var kept = await node.AskAsync(ToolRequests.Of(tools: ToolRequests.Weather));

        Assert.Contains("too_many_tool_calls", kept.Errors(), StringComparison.Ordinal);
        Assert.Equal(kept.Steps().Count(s => s is FunctionCallStep), kept.Results().Length);
    }

    [Fact]
    public async Task An_allowed_function_of_the_client_beside_a_denied_one_is_still_the_clients_to_answer()
    {
        var (kept, _) = await AskAsync(
            """{"rules":[{"decision":"deny","arguments":{"city":"Bern"}}]}""",
            ScriptedModel.Calls("get_weather", """{"city":"Bern"}""").Then.Calls("get_weather", """{"city":"Oslo"}"""), ToolRequests.Weather);

        Assert.Equal(InteractionStatus.RequiresAction, kept.Status);
        Assert.Single(kept.Results());
    }

    [Fact]
    public async Task A_result_of_the_client_that_is_denied_refuses_the_request()
    {
        File.WriteAllText(_rules, """{"rules":[{"decision":"deny","tool":"get_weather","arguments":{"city":"Bern"},"result":"storm"}]}""");
        var model = new ScriptedRounds(ScriptedModel.Calls("get_weather", """{"city":"Bern"}"""));
        await using var node = await TestNode.StartAsync(model, settings: ("Tools:Policy:RulesFile", _rules));
        var first = await node.AskAsync(ToolRequests.Of(tools: ToolRequests.Weather));
        var call = ((FunctionCallStep)first.Steps()[0]).Id;

        string Answer(string result) => $$"""{"model":"scripted/model","previous_interaction_id":"{{first.Id}}","input":[{"type":"function_result","call_id":"{{call}}","result":"{{result}}"}]}""";
        var refused = await Assert.ThrowsAsync<ApiException>(() => node.AskAsync(Answer("a storm")));

        Assert.Equal((ErrorCode.PermissionDenied, "input"), (refused.Code, refused.Field));
        Assert.Single(model.Requests);
    }

    [Theory]
    [InlineData("""{"decision":"deny","tool":"mcp_server","result":"storm"}""", true)]
    [InlineData("""{"decision":"deny","tool":"lookup","result":"storm"}""", true)]
    [InlineData("""{"decision":"deny","server":"https://crm.example/*","result":"storm"}""", true)] // it may be that one
    [InlineData("""{"decision":"deny","tool":"function","result":"storm"}""", false)]
    public async Task A_remote_result_that_a_client_brings_is_one_of_a_remote_server(string rule, bool isDenied)
    {
        File.WriteAllText(_rules, $$"""{"rules":[{{rule}}]}""");
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Says("Well.")), settings: ("Tools:Policy:RulesFile", _rules));
        const string Input = """
            [{"type":"user_input","content":[{"type":"text","text":"go"}]},{"type":"mcp_server_tool_call","id":"c1","name":"lookup","server_name":"crm","arguments":{}},
             {"type":"mcp_server_tool_result","call_id":"c1","name":"lookup","server_name":"crm","result":"a storm"}]
            """;

        var refused = await Record.ExceptionAsync(() => node.AskAsync($$"""{"model":"scripted/model","input":{{Input}}}"""));

        Assert.Equal(isDenied ? ErrorCode.PermissionDenied : null, (refused as ApiException)?.Code);
    }

    [Fact]
    public async Task Each_decision_is_put_on_record_and_no_argument_is()
    {
        File.WriteAllText(_rules, """{"rules":[{"name":"no crm","decision":"deny","tool":"crm__*"}]}""");
        await using var node = await TestNode.StartAsync(Model(), _tools, settings: ("Tools:Policy:RulesFile", _rules));
        using var counted = new DecisionCounter();

        var kept = await node.AskAsync(ToolRequests.Of());

        Assert.Contains(node.Log, l => l.Contains(kept.Id, StringComparison.Ordinal) && l.Contains("Deny by no crm", StringComparison.Ordinal) && l.Contains(Lookup, StringComparison.Ordinal));
        Assert.DoesNotContain(node.Log, l => l.Contains("/etc/passwd", StringComparison.Ordinal));
        Assert.Contains(("before", "deny", "mcp_server"), counted.Seen);
    }

    [Fact]
    public async Task Without_rules_calls_of_the_clients_functions_are_on_record_as_well()
    {
        await using var node = await TestNode.StartAsync(new ScriptedRounds(ScriptedModel.Calls("get_weather", "{}")));
        using var counted = new DecisionCounter();

        await node.AskAsync(ToolRequests.Of(tools: ToolRequests.Weather));

        Assert.Contains(("before", "allow", "function"), counted.Seen);
    }

    private static ScriptedRounds Model() => new(ScriptedModel.Calls(Lookup, """{"id":7,"deep":[{"path":"/etc/passwd"}]}"""), ScriptedModel.Says("Well."));

    private static PolicyQuestion Question() => new()
    {
        Phase = PolicyPhase.Before, Function = Lookup, Kind = "mcp_server", Arguments = JsonElement.Parse("{}"), Project = "default", InteractionId = "int_1",
    };

    private async Task<(Engine.Storage.StoredInteraction Kept, ScriptedRounds Model)> AskAsync(string? rules, ScriptedModel? calls = null, string? tools = null)
    {
        if (rules is not null)
        {
            File.WriteAllText(_rules, rules);
        }

        var model = calls is null ? Model() : new ScriptedRounds(calls, ScriptedModel.Says("Well."));
        await using var node = await TestNode.StartAsync(model, _tools, settings: ("Tools:Policy:RulesFile", _rules));
        return (await node.AskAsync(tools is null ? ToolRequests.Of() : ToolRequests.Of(tools: tools)), model);
    }

    private async Task<Engine.Storage.StoredInteraction> AskWithAsync(IToolPolicy policy)
    {
        await using var node = await TestNode.StartAsync(Model(), _tools, policy: policy, settings: ("Tools:Policy:DecisionTimeout", "00:00:00.050"));
        return await node.AskAsync(ToolRequests.Of()).OrTimeout("the answer");
    }

    private sealed class ScriptedPolicy(Func<PolicyQuestion, ValueTask<PolicyDecision>> decide) : IToolPolicy
    {
        public bool IsActive => true;

        public ValueTask<bool> ReadsResultsAsync(CancellationToken cancellationToken) => new(false);

        public ValueTask<PolicyDecision> DecideAsync(PolicyQuestion question, CancellationToken cancellationToken) => decide(question);
    }

    private sealed class DecisionCounter : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener _listener = new();
        private readonly List<(string Phase, string Verdict, string Kind)> _seen = [];

        public DecisionCounter()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "openinteractions.tools.decisions")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                string Tag(string name, ReadOnlySpan<KeyValuePair<string, object?>> all)
                {
                    foreach (var (key, value) in all)
                    {
                        if (key == name)
                        {
                            return (string)value!;
                        }
                    }

                    return "";
                }

                lock (_seen)
                {
                    _seen.Add((Tag("phase", tags), Tag("verdict", tags), Tag("kind", tags)));
                }
            });
            _listener.Start();
        }

        public IReadOnlyList<(string Phase, string Verdict, string Kind)> Seen
        {
            get
            {
                lock (_seen)
                {
                    return [.. _seen];
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}

using System.Text.Json;
using OpenInteractions.Api.Tests.Environments;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Agents;

/// <summary>A conversation that grows beyond the bound: the model writes notes, and the task survives.</summary>
public sealed class LongConversationTests : IAsyncLifetime
{
    private const string Task = "Find the MARMALADE code in the logs. Never touch production.";
    private const string Notes = "NOTES: looked through log 0 and 1, nothing there; next is log 2.";
    private readonly ServerWithModels _server = new() { Settings = [("OpenInteractions:Agents:CompactAfterTokens", "4000")] };
    private readonly List<string> _asked = [];
    private int _calls;

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    [RunningSandboxFact]
    [Rule("AG-6")]
    public async Task The_model_writes_notes_the_task_survives_and_the_next_turn_still_has_them()
    {
        var first = await RunAsync(rounds: 4, notes: _ => VendorReply.Events(ChatFrames.Answer(Notes)));
        var steps = first.Json.GetProperty("steps").EnumerateArray().ToList();
        var asked = Assert.Single(_asked, IsForNotes);
        var after = _asked[^1];

        // What is asked for notes has the task and what came of it, and no functions of its own.
        Assert.Contains(Task, asked, StringComparison.Ordinal);
        Assert.Contains("line of log 0", asked, StringComparison.Ordinal);
        Assert.False(JsonDocument.Parse(asked).RootElement.TryGetProperty("tools", out _));
        // What is asked then has the user's words, the notes and the newest steps; what the notes stand for is gone.
        Assert.Contains(Task, after, StringComparison.Ordinal);
        Assert.Contains(Notes, after, StringComparison.Ordinal);
        Assert.DoesNotContain("line of log 0", after, StringComparison.Ordinal);
        Assert.Contains("line of log 3", after, StringComparison.Ordinal);
        // What is kept is all of it, the notes as one step more.
        Assert.Equal(4, steps.Count(s => s.GetProperty("type").GetString() == "code_execution_result"));
        Assert.Contains("line of log 0", steps.First(s => s.GetProperty("type").GetString() == "code_execution_result").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(Notes, Assert.Single(steps, s => s.GetProperty("type").GetString() == "thought").GetProperty("summary")[0].GetProperty("text").GetString());

        _asked.Clear();
        (await _server.Client.CreateAsync($$"""{{{Agent}},"previous_interaction_id":"{{first.Id}}","input":"Go on, mind the KITCHEN."}""")).Ok();

        Assert.DoesNotContain(_asked, IsForNotes);
        foreach (var words in (string[])[Task, Notes, "mind the KITCHEN", "line of log 3"])
        {
            Assert.Contains(words, Assert.Single(_asked), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("line of log 0", _asked[0], StringComparison.Ordinal);
    }

    [RunningSandboxTheory]
    [InlineData(400)]
    [InlineData(500)]
    [InlineData(0)]
    [Rule("AG-6")]
    public async Task A_model_that_writes_none_costs_nothing_but_old_results(int status)
    {
        var ended = await RunAsync(rounds: 4, notes: _ => status == 0 ? VendorReply.Events(ChatFrames.Answer(" ")) : VendorReply.Json(status, """{"error":{"message":"No.","type":"x","param":null,"code":null}}"""));

        Assert.Equal(("completed", "Done."), (ended.State, ended.OutputText));
        Assert.Contains(_asked, IsForNotes);
        var after = _asked.Last(a => !IsForNotes(a));
        Assert.Contains(Task, after, StringComparison.Ordinal);
        Assert.Contains("because the conversation is long", after, StringComparison.Ordinal);
        Assert.DoesNotContain(ended.Steps, s => s.GetProperty("type").GetString() == "thought");
    }

    [RunningSandboxFact]
    public async Task A_short_conversation_is_left_alone()
    {
        await RunAsync(rounds: 1, notes: _ => throw new InvalidOperationException());

        Assert.DoesNotContain(_asked, IsForNotes);
        Assert.Contains("line of log 0", _asked[^1], StringComparison.Ordinal);
    }

    private const string Agent = "\"agent\":\"antigravity\",\"agent_config\":{\"type\":\"antigravity\",\"model\":\"local/scripted\"}";

    private static bool IsForNotes(string request) => request.Contains("You keep the notes of an agent", StringComparison.Ordinal);

    /// <summary>A turn that looks through some logs, a call each, and then says that it is done.</summary>
    private async Task<Answer> RunAsync(int rounds, Func<VendorRequest, VendorReply> notes)
    {
        // More answers than are needed: notes may be asked for between any two rounds.
        for (var i = 0; i < rounds + 14; i++)
        {
            _server.Local.Enqueue(request =>
            {
                var text = request.Json!.Value.GetRawText();
                lock (_asked)
                {
                    _asked.Add(text);
                    if (IsForNotes(text))
                    {
                        return notes(request);
                    }

                    var call = _calls++;
                    return call < rounds
                        ? _server.Turn(OpenAITurn.New.Calls("code_execution", $$"""{"language":"bash","code":"for i in $(seq 300); do echo line of log {{call}}; done"}"""))(request)
                        : VendorReply.Events(ChatFrames.Answer("Done."));
                }
            });
        }

        var ended = (await _server.Client.CreateAsync($$"""{{{Agent}},"environment":"remote","input":"{{Task}}"}""")).Ok();
        return ended;
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using OpenInteractions.Faults.Tests.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Tools;

/// <summary>Turns with tools on a real server: however they are asked for and read, they are the same steps.</summary>
public sealed partial class ToolStreamsTests : IAsyncLifetime
{
    private ToolServer _tools = null!;
    private ToolChat _chat = null!;
    private ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _tools = await ToolServer.StartAsync();
        _chat = await ToolChat.StartAsync();
        _server = await ServerProcess.StartAsync([.. _chat.Settings, ToolServer.Setting]);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _chat.DisposeAsync();
        await _tools.DisposeAsync();
    }

    [Theory]
    [InlineData("work", "completed")]
    [InlineData("ask me", "requires_action")]
    [Rule("SE-13")]
    [Rule("SE-10")]
    [Rule("SE-7")]
    [Rule("BG-9")]
    [Rule("SM-1")]
    public async Task A_plain_a_streamed_and_a_background_turn_are_the_same_steps_and_each_stream_folds_to_them(string prompt, string status)
    {
        var plain = (await _server.Client.CreateAsync(Request(prompt, "false", "false"))).Ok();
        await using var stream = await _server.Client.CreateStreamedAsync(Request(prompt, "true", "false"));
        var streamed = await stream.ToEndAsync();
        await using var both = await _server.Client.CreateStreamedAsync(Request(prompt, "true", "true"));
        var background = await both.ToEndAsync();
        var polled = (await _server.Client.CreateAsync(Request(prompt, "false", "true"))).Ok();

        var expected = Comparable(plain.Steps);
        Assert.Equal(status, plain.State);
        Assert.Equal(prompt == "work" ? 12 : 13, plain.Steps.Count);
        await AssertAsync(plain.Id, [], expected, status);
        await AssertAsync(stream.InteractionId, streamed, expected, status);
        await AssertAsync(both.InteractionId, background, expected, status);
        await AssertAsync(polled.Id, [], expected, status);
    }

    [Fact]
    [Rule("SE-11")]
    [Rule("SE-13")]
    public async Task The_usage_of_all_rounds_is_told_at_the_end_of_a_stream_and_in_a_plain_answer()
    {
        var plain = (await _server.Client.CreateAsync(Request("work", "false", "false"))).Ok();
        await using var stream = await _server.Client.CreateStreamedAsync(Request("work", "true", "false"));
        await stream.ToEndAsync();

        var told = stream.Events.Single(e => e.Name == "interaction.completed").Json.GetProperty("interaction").GetProperty("usage");

        Assert.Equal(plain.Json.GetProperty("usage").GetRawText(), told.GetRawText());
        Assert.Equal(ToolChat.Rounds * 15, told.GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    [Rule("SE-13")]
    [Rule("SM-1")]
    public async Task A_turn_that_answers_a_call_shows_the_model_what_the_tools_gave_before_it()
    {
        var asked = (await _server.Client.CreateAsync(Request("ask me", "false", "false"))).Ok();
        var call = asked.Steps.Single(s => s.GetProperty("type").GetString() == "function_call").GetProperty("id").GetString();

        var answer = $$"""{"model":"rounds/any","previous_interaction_id":"{{asked.Id}}","input":[{"type":"function_result","call_id":"{{call}}","name":"get_weather","result":"rain"},{"type":"user_input","content":[{"type":"text","text":"thanks"}]}]}""";
        var next = (await _server.Client.CreateAsync(answer)).Ok();

        var shown = _chat.ShownTo("thanks", round: 3);
        Assert.Equal("completed", next.State);
        Assert.Contains("send has done ask me, second", shown, StringComparison.Ordinal);
        Assert.Contains("rain", shown, StringComparison.Ordinal);
    }

    /// <summary>What was streamed and what is streamed again fold to what a get shows, which is what was expected.</summary>
    private async Task AssertAsync(string id, IReadOnlyList<ServerEvent> streamed, string expected, string status)
    {
        await using var replay = await _server.Client.FollowAsync(id);
        var events = await replay.ToEndAsync();
        var kept = (await _server.Client.GetAsync(id)).Ok();

        Assert.Equal(status, kept.State);
        Assert.Equal(expected, Comparable(kept.Steps.Where(s => s.GetProperty("type").GetString() != "user_input")));
        Folds.AssertExact(kept, events);
        if (streamed.Count > 0)
        {
            Folds.AssertExact(kept, streamed);
            Folds.AssertNoneMissing(events, streamed);
        }
    }

    private string Request(string prompt, string stream, string background) =>
        $$$"""{"model":"rounds/any","input":"{{{prompt}}}","tools":[{{{_tools.Declaration}}},{"type":"function","name":"get_weather","parameters":{"type":"object"}}],"generation_config":{"thinking_summaries":"auto"},"stream":{{{stream}}},"background":{{{background}}}}""";

    /// <summary>Without what differs between turns: ids become their places, results of calls that ran side by side come in one order, and each answer of the model its own number.</summary>
    private static string Comparable(IEnumerable<JsonElement> steps)
    {
        var list = steps.Select(s => (Type: s.GetProperty("type").GetString()!, Text: s.GetRawText())).ToList();
        var ids = new List<string>();
        var named = list.Select(s => (s.Type, Text: Number().Replace(Id().Replace(s.Text, m => $"call {Place(m.Value)}"), "(n)"))).ToList();
        return string.Join('\n', named.Select((s, i) => (s.Text, Key: s.Type == "mcp_server_tool_result" ? named.FindLastIndex(i, n => n.Type != s.Type) + 0.5 : i))
            .OrderBy(s => s.Key).ThenBy(s => s.Text, StringComparer.Ordinal).Select(s => s.Text));

        int Place(string id)
        {
            if (!ids.Contains(id))
            {
                ids.Add(id);
            }

            return ids.IndexOf(id);
        }
    }

    [GeneratedRegex("call_[0-9A-Za-z_-]+")]
    private static partial Regex Id();

    [GeneratedRegex(@"\(\d+_\d+\)")]
    private static partial Regex Number();
}

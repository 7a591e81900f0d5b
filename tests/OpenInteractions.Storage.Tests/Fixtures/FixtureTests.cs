using System.Text.Json.Nodes;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>What every earlier version left is loaded, migrated, read and gone on with by this one.</summary>
public sealed class FixtureTests
{
    public static TheoryData<string, string> All
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                data.Add(Path.GetFileName(Path.GetDirectoryName(file)!), Path.GetFileNameWithoutExtension(file));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    [Rule("BG-5")]
    public async Task Turns_that_had_ended_are_read_and_resumed_as_they_were(string version, string engine)
    {
        var said = await ReadAsync(version, engine);
        await using var server = await LoadAsync(version, engine, said);
        var client = server.Process.Client;
        Assert.Equal(7, said["ended"]!.AsObject().Count);
        foreach (var (id, expected) in said["ended"]!.AsObject())
        {
            var shown = (await client.GetAsync(id, "?include_input=true")).Ok();
            Assert.Equal(expected!["get"]!.ToJsonString(), JsonNode.Parse(shown.Text)!.ToJsonString());

            var frames = expected["frames"]!.AsArray().Select(frame => (string)frame!).ToArray();
            await AssertFramesAsync(client, id, null, frames);
            for (var seen = 1; seen < frames.Length; seen++)
            {
                await AssertFramesAsync(client, id, ServerEvent.Parse(frames[seen - 1])!.EventId, frames[seen..]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Conversations_go_on_and_what_was_marked_or_labelled_is_found(string version, string engine)
    {
        var said = await ReadAsync(version, engine);
        await using var server = await LoadAsync(version, engine, said);
        var client = server.Process.Client;

        var next = (await client.CreateAsync($$"""{"model":"demo","input":"What is my name?","previous_interaction_id":"{{said["plain"]}}"}""")).Ok();
        Assert.Contains("Ada", next.OutputText, StringComparison.Ordinal);

        // Its own signature, sealed with the key that lay beside the database.
        var thinking = (await client.CreateAsync(
            $$$"""{"model":"demo","input":"echo: x","previous_interaction_id":"{{{said["thought"]}}}","generation_config":{"thinking_level":"high","thinking_summaries":"auto"}}""")).Ok();
        Assert.Contains("came back to me unchanged", thinking.Text, StringComparison.Ordinal);

        var listed = (await client.ListAsync("?label.team=blue")).Ok();
        Assert.Equal((string?)said["plain"], Assert.Single(listed.Json.GetProperty("interactions").EnumerateArray()).GetProperty("id").GetString());

        var again = (await client.SendAsync(FixtureWriter.MarkedCreate(client, """{"model":"demo","input":"echo: once","background":true}"""))).Ok();
        Assert.Equal((string?)said["marked"], again.Id);
        Assert.Equal(400, (await client.SendAsync(FixtureWriter.MarkedCreate(client, """{"model":"demo","input":"echo: other","background":true}"""))).Status);

        Assert.Equal(404, (await client.GetAsync((string)said["erased"]!)).Status);
        Assert.NotEqual(200, (await client.CreateAsync($$"""{"model":"demo","input":"echo: x","previous_interaction_id":"{{said["orphan"]}}"}""")).Status);
    }

    [Theory]
    [MemberData(nameof(All))]
    [Rule("BG-5")]
    [Rule("BG-9")]
    public async Task Runs_that_waited_or_whose_owner_died_end(string version, string engine)
    {
        var said = await ReadAsync(version, engine);
        var rows = await RowsAsync(version, engine);
        await using var server = await LoadAsync(version, engine, said);
        var client = server.Process.Client;

        Assert.Equal(("completed", "at last"), ResultOf(await client.EndOfAsync((string)said["queued"]!)));

        // Every position that the killed server had journalled.
        var running = (string)said["running"]!;
        var end = await client.EndOfAsync(running);
        Assert.Equal("completed", end.State);
        Assert.EndsWith("40", end.OutputText.TrimEnd('.'), StringComparison.Ordinal);
        var steps = new JsonArray([.. end.Steps.Where(step => step.GetProperty("type").GetString() != "user_input").Select(step => JsonNode.Parse(step.GetRawText()))]);
        var journalled = JournalledEvents(rows);
        Assert.True(journalled.Count > 5, $"The journal of the fixture has {journalled.Count} events.");
        for (var seen = 1; seen <= journalled.Count; seen++)
        {
            await using var resumed = await client.FollowAsync(running, journalled[seen - 1].EventId);
            var whole = journalled.Take(seen).Concat(await resumed.ToEndAsync()).ToArray();
            Assert.Equal(whole.Length, whole.Select(e => e.EventId).Distinct().Count());
            Assert.True(
                JsonNode.DeepEquals(steps, StreamFold.Of(whole).Steps),
                $"After {journalled[seen - 1].EventId} the fold is\n{StreamFold.Of(whole).Steps.ToJsonString()}\nand the get shows\n{steps.ToJsonString()}");
        }
    }

    // The frames of batches that are not compressed stand in the fixture as the text that they are; only the run that was cut has such.
    private static List<ServerEvent> JournalledEvents(string rows)
    {
        var events = new List<ServerEvent>();
        var at = 0;
        while ((at = rows.IndexOf("event: ", at, StringComparison.Ordinal)) >= 0)
        {
            var end = rows.IndexOf("\n\n", at, StringComparison.Ordinal) + 2;
            events.Add(ServerEvent.Parse(rows[at..end].Replace("''", "'", StringComparison.Ordinal))!);
            at = end;
        }

        return [.. events.OrderBy(e => int.Parse(e.EventId!.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture))];
    }

    private static async Task AssertFramesAsync(InteractionsClient client, string id, string? after, string[] expected)
    {
        await using var events = await client.FollowAsync(id, after);
        Assert.Equal(expected, (await events.ToEndAsync()).Select(e => e.Frame));
    }

    private static (string State, string Text) ResultOf(Answer answer) => (answer.State, answer.OutputText);

    private static async Task<FixtureServer> LoadAsync(string version, string engine, JsonObject said)
    {
        var server = await FixtureServer.StartAsync(engine);
        try
        {
            await server.LoadAsync(await RowsAsync(version, engine), (string)said["signature_key"]!);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static Task<string> RowsAsync(string version, string engine) => File.ReadAllTextAsync(FileOf(version, engine + ".sql"));

    private static async Task<JsonObject> ReadAsync(string version, string engine) => JsonNode.Parse(await File.ReadAllTextAsync(FileOf(version, engine + ".json")))!.AsObject();

    private static string FileOf(string version, string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", version, name);
}

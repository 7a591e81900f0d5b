using System.Text;
using System.Text.Json.Nodes;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Storage.Tests.Copying;
using OpenInteractions.Storage.Tests.Sqlite;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>What every earlier version left is loaded, migrated, read and gone on with by this one.</summary>
public sealed class FixtureTests(LoadedFixtures loaded) : IClassFixture<LoadedFixtures>
{
    public static TheoryData<string, string> All => Versions(_ => true);

    /// <summary>Version 1 had no stores of documents.</summary>
    public static TheoryData<string, string> WithFiles => Versions(version => version != "v1");

    /// <summary>Nor did it have agents, credentials and environments, and version 2 had none either.</summary>
    public static TheoryData<string, string> WithAgents => Versions(version => version is not ("v1" or "v2"));

    /// <summary>Keys of callers were files beside the database before version 4; nor were there workers.</summary>
    public static TheoryData<string, string> WithKeys => Versions(version => version is not ("v1" or "v2" or "v3"));

    [Theory]
    [MemberData(nameof(All))]
    [Rule("BG-5")]
    public async Task Turns_that_had_ended_are_read_and_resumed_as_they_were(string version, string engine)
    {
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var client = await loaded.ServerOfAsync(version, engine);
        Assert.InRange(said["ended"]!.AsObject().Count, 7, int.MaxValue);
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
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var client = await loaded.ServerOfAsync(version, engine);

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
    [MemberData(nameof(WithFiles))]
    public async Task Documents_are_found_and_an_upload_that_was_cut_goes_on(string version, string engine)
    {
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var client = await loaded.ServerOfAsync(version, engine);
        var (store, cut) = ((string)said["files"]!, (string)said["cut_upload"]!);

        Assert.Equal("boilers.txt", await CitedAsync(client, store, "Which valve bleeds the boiler?"));

        var kept = (await client.SendUploadAsync(cut, "query", [])).Ok();
        Assert.Equal(("active", "24"), (kept.Header("x-goog-upload-status"), kept.Header("x-goog-upload-size-received")));
        await client.DocumentOfAsync(await client.SendUploadAsync(cut, "upload, finalize", "the shelves of the workshop."u8.ToArray(), 24));
        Assert.Equal("ladders.txt", await CitedAsync(client, store, "Behind which shelves does the ladder hang?"));
    }

    [Theory]
    [MemberData(nameof(All))]
    [Rule("BG-5")]
    [Rule("BG-9")]
    public async Task Runs_that_waited_or_whose_owner_died_end(string version, string engine)
    {
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var rows = await LoadedFixtures.RowsAsync(version, engine);
        var client = await loaded.ServerOfAsync(version, engine);

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

    [Theory]
    [MemberData(nameof(WithAgents))]
    public async Task Agents_and_credentials_are_opened_again_and_an_environment_whose_disk_is_not_here_is_told(string version, string engine)
    {
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var client = await loaded.ServerOfAsync(version, engine);

        var versions = (await client.SendAsync(HttpMethod.Get, "agents/reader/versions")).Ok().Json.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("version").ToString());
        Assert.Equal(["2", "1"], versions);
        Assert.Equal("Reads tables", (await client.SendAsync(HttpMethod.Get, "agents/reader")).Ok().Json.GetProperty("description").GetString());
        var earlier = (await client.PostAsync("agents/reader:rollback", """{"version":1}""")).Ok();
        Assert.Equal(("Answer in one sentence.", false), (earlier.Json.GetProperty("system_instruction").GetString(), earlier.Json.TryGetProperty("description", out _)));

        Assert.Equal("bearer_token", (await client.SendAsync(HttpMethod.Get, "credentials/tok")).Ok().Json.GetProperty("type").GetString());
        (await client.SendAsync(client.Request(HttpMethod.Patch, "credentials/tok", InteractionsClient.Json("""{"type":"bearer_token","token":"another"}""")))).Ok();

        var environment = (string)said["environment"]!;
        Assert.Equal(environment, (await client.SendAsync(HttpMethod.Get, $"environments/{environment}")).Ok().Json.GetProperty("id").GetString());
        var used = await client.CreateAsync($$"""{"agent":"antigravity","environment":"{{environment}}","input":"```bash\nls\n```"}""");
        Assert.True(used.Status is >= 400 and < 500 || used is { Status: 200, State: "failed" }, used.Text);
    }

    [Theory]
    [MemberData(nameof(WithKeys))]
    [Rule("TR-5")]
    public async Task Keys_of_callers_and_workers_open_what_they_did_and_those_that_were_revoked_nothing(string version, string engine)
    {
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var client = await loaded.ServerOfAsync(version, engine);
        using var stranger = client.WithKey(null);
        using var former = client.WithKey((string)said["revoked_key"]!);

        Assert.Equal((200, 401, 401), ((await client.ModelsAsync()).Status, (await stranger.ModelsAsync()).Status, (await former.ModelsAsync()).Status));
        Assert.Equal("gpu-1", (await client.SendAsync(HttpMethod.Get, $"workers/{said["worker"]}")).Ok().Json.GetProperty("name").GetString());
        (await FixtureWriter.LeaseAsync(client, (string)said["worker_key"]!)).Ok();
    }

    [Theory]
    [MemberData(nameof(WithKeys))]
    public async Task A_checkpoint_that_lay_in_the_store_is_listed_and_its_parts_are_opened(string version, string engine)
    {
        var said = await LoadedFixtures.ReadAsync(version, engine);
        var id = (string)said["checkpoint"]!;
        var client = await loaded.ServerOfAsync(version, engine);
        var listed = (await client.SendAsync(HttpMethod.Get, $"environments/{said["environment"]}/checkpoints")).Ok().Json.GetProperty("checkpoints");
        Assert.Equal([id], listed.EnumerateArray().Select(checkpoint => checkpoint.GetProperty("id").GetString()));

        // Without a server: what reads an image there needs a host that runs sandboxes.
        var rows = await LoadedFixtures.RowsAsync(version, engine);
        var box = new SecretBox(() => Convert.FromHexString((string)said["signature_key"]!));
        using var directory = new TemporaryDirectory();
        await using var database = engine == FixtureServer.Postgres ? await Places.NewDatabaseAsync() : null;
        await (database is null ? Dump.LoadAsync(directory.Path, rows) : Dump.LoadAsync(database, rows));
        await using IStorageEngine store = database is null ? SqliteFixture.Open(directory.Path) : database.Open();
        var parts = new List<string>();
        while (await store.Images.ReadAsync(id, parts.Count, CancellationToken.None) is { } part)
        {
            parts.Add(Encoding.UTF8.GetString(box.Open(FixtureWriter.PurposeOf(id, parts.Count), part)));
        }

        Assert.Equal(said["image"]!.AsArray().Select(part => (string?)part), parts);
    }

    private static TheoryData<string, string> Versions(Func<string, bool> chosen)
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.sql", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var version = Path.GetFileName(Path.GetDirectoryName(file)!);
            if (chosen(version))
            {
                data.Add(version, Path.GetFileNameWithoutExtension(file));
            }
        }

        return data;
    }

    private static async Task<string?> CitedAsync(InteractionsClient client, string store, string question)
    {
        var answer = (await client.CreateAsync(FixtureWriter.SearchOf(store, question))).Ok();
        return answer.Steps[^1].GetProperty("content")[0].GetProperty("annotations")[0].GetProperty("file_name").GetString();
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
}

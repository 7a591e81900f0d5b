using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Storage.Tests.Fixtures;

/// <summary>
/// Writes what this version leaves in a database: the rows of a server that was killed, and what that server said of them. CONTRIBUTING.md has the command.
/// </summary>
internal static class FixtureWriter
{
    // The fixture is to be gone on with years later, when a run would be past its deadline, and an upload given up.
    private const string NeverOverSql = "UPDATE runs SET deadline = 253370764800000; UPDATE file_search_documents SET due_at = 253370764800000 WHERE state = 'arriving'";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var engine in new[] { FixtureServer.Sqlite, FixtureServer.Postgres })
        {
            var gemini = new FakeGemini();
            await using var vendor = await VendorServer.StartAsync(gemini);
            var (kept, key) = ApiKeyFile.NewKey("default", TimeProvider.System.GetUtcNow());
            var (ended, endedKey) = ApiKeyFile.NewKey("default", TimeProvider.System.GetUtcNow());
            await using var server = await FixtureServer.StartAsync(
                engine,
                async directory =>
                {
                    var keys = new ApiKeyFile(Path.Combine(directory, ApiKeyFile.FileName));
                    await keys.AddAsync(kept, CancellationToken.None);
                    await keys.AddAsync(ended with { Revoked = ended.Created }, CancellationToken.None);
                },
                ("GEMINI_API_KEY", FakeGemini.Key),
                ("GOOGLE_GEMINI_BASE_URL", vendor.Address.ToString()),
                ("OpenInteractions__Runs__MaxConcurrent", "1"));
            using var client = server.Process.Client.WithKey(key);
            var said = await ConverseAsync(client, gemini, vendor);
            (said["api_key"], said["revoked_key"]) = (key, endedKey);
            await server.Process.KillAsync();
            await AddCheckpointAsync(server, said);
            await server.ExecuteAsync(NeverOverSql);
            (var rows, said["signature_key"]) = await server.TakeAsync();
            await File.WriteAllTextAsync(Path.Combine(folder, engine + ".sql"), rows);
            await File.WriteAllTextAsync(Path.Combine(folder, engine + ".json"), said.ToJsonString(Readable) + "\n");
        }
    }

    /// <summary>A checkpoint of a worker's environment, as the server writes it: making one takes a worker, and what is in it does not matter here.</summary>
    private static async Task AddCheckpointAsync(FixtureServer server, JsonObject said)
    {
        const string Id = "chk_of_the_fixture";
        var key = await server.SealingKeyAsync();
        var box = new SecretBox(() => key);
        string[] parts = ["The first part of an image, ", "and the second."];
        await using var store = server.Open();
        foreach (var (part, text) in parts.Index())
        {
            await store.Images.AppendAsync(Id, part, box.Seal(PurposeOf(Id, part), Encoding.UTF8.GetBytes(text)), CancellationToken.None);
        }

        var kept = await store.Checkpoints.InsertAsync(
            new StoredCheckpoint
            {
                Project = "default",
                Id = Id,
                EnvironmentId = (string)said["environment"]!,
                InteractionId = (string)said["plain"]!,
                Host = "store",
                Created = TimeProvider.System.GetUtcNow(),
                SizeBytes = parts.Sum(part => part.Length),
            },
            CancellationToken.None);
        said["checkpoint"] = kept!.Id;
        said["image"] = new JsonArray([.. parts.Select(part => JsonValue.Create(part))]);
    }

    /// <summary>What a part of an image is sealed for.</summary>
    public static string PurposeOf(string checkpoint, int part) => FormattableString.Invariant($"checkpoint/default/{checkpoint}/{part}");

    private static async Task<JsonObject> ConverseAsync(InteractionsClient client, FakeGemini gemini, VendorServer vendor)
    {
        const string Thinking = "\"generation_config\":{\"thinking_level\":\"low\",\"thinking_summaries\":\"auto\"}";
        const string Tools = """
            "tools":[{"type":"function","name":"get_weather","parameters":{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}}]
            """;
        var plain = await client.CreateAsync("""{"model":"demo","input":"Hello! My name is Ada.","labels":{"team":"blue","größe":"ä"}}""");
        var thought = await client.CreateAsync("{\"model\":\"demo\",\"input\":\"My favourite number is 42.\"," + Thinking + "}");

        vendor.Enqueue(gemini.Turn(GeminiTurn.Empty.Thinks("It is asked for the weather.").Signed("first").Calls("get_weather", """{"place":"Paris"}""", "call-1").Signed("second")));
        var called = await client.CreateAsync("{\"model\":\"gemini-3.8-flash\",\"input\":\"How is the weather in Paris?\"," + Thinking + "," + Tools + "}");
        var call = called.Ok().Steps[^1];
        vendor.Enqueue(gemini.Turn(GeminiTurn.Says("It is ", "sunny.")));
        var answered = await client.CreateAsync(
            "{\"model\":\"gemini-3.8-flash\",\"previous_interaction_id\":\"" + called.Id + "\"," + Tools
            + ",\"input\":[{\"type\":\"function_result\",\"call_id\":\"" + call.GetProperty("id").GetString() + "\",\"name\":\"get_weather\",\"result\":\"sunny\"}]}");

        var erased = await client.CreateAsync("""{"model":"demo","input":"echo: to be erased"}""");
        var orphan = await client.CreateAsync("{\"model\":\"demo\",\"input\":\"echo: left behind\",\"previous_interaction_id\":\"" + erased.Ok().Id + "\"}");
        (await client.DeleteAsync(erased.Id)).Ok();

        var finished = await client.CreateAsync("""{"model":"demo","input":"count to 12 slowly, 20 ms","background":true}""");
        await client.EndOfAsync(finished.Ok().Id);
        var marked = await client.SendAsync(MarkedCreate(client, """{"model":"demo","input":"echo: once","background":true}"""));
        await client.EndOfAsync(marked.Ok().Id);

        var files = await client.NewStoreAsync();
        await client.UploadAsync(files, "boilers.txt", "The boiler in the cellar is bled through the brass valve, with the pump switched off."u8.ToArray());
        var searched = await client.CreateAsync(SearchOf(files, "Which valve bleeds the boiler?"));
        var cut = await client.BeginUploadAsync(files, "ladders.txt");
        (await client.SendUploadAsync(cut, "upload", "The ladder hangs behind "u8.ToArray(), 0)).Ok();

        (await client.PostAsync("agents", """
            {"id":"reader","base_agent":"antigravity","system_instruction":"Answer in one sentence.","tools":[{"type":"mcp_server","name":"files","url":"https://mcp.example.com/x","headers":{"Authorization":"Bearer kept"}}]}
            """)).Ok();
        (await client.SendAsync(client.Request(HttpMethod.Patch, "agents/reader", InteractionsClient.Json("""{"description":"Reads tables"}""")))).Ok();
        (await client.PostAsync("credentials", """{"id":"tok","type":"bearer_token","token":"kept too"}""")).Ok();
        var environment = (await client.PostAsync("environments", """{"env":{"A":"one"},"network":"disabled"}""")).Ok();

        var worker = (await client.PostAsync("workers", """{"name":"gpu-1"}""")).Ok();
        var workerKey = worker.Json.GetProperty("key").GetString()!;
        (await LeaseAsync(client, workerKey)).Ok();

        var running = await client.CreateAsync("""{"model":"demo","input":"count to 40 slowly, 100 ms","background":true,"generation_config":{"thinking_level":"low","thinking_summaries":"auto"}}""");
        var queued = await client.CreateAsync("""{"model":"demo","input":"echo: at last","background":true}""");
        await using (var events = await client.FollowAsync(running.Ok().Id))
        {
            for (var deltas = 0; deltas < 20;)
            {
                deltas += (await events.NextAsync())!.Name == "step.delta" ? 1 : 0;
            }
        }

        if (queued.Ok().State != "queued")
        {
            throw new InvalidOperationException("The last run did not have to wait.");
        }

        var ended = new JsonObject();
        foreach (var turn in new[] { plain, thought, called, answered, orphan, finished, marked, searched })
        {
            var id = turn.Ok().Id;
            await using var events = await client.FollowAsync(id);
            ended[id] = new JsonObject
            {
                ["get"] = JsonNode.Parse((await client.GetAsync(id, "?include_input=true")).Ok().Text),
                ["frames"] = new JsonArray([.. (await events.ToEndAsync()).Select(e => JsonValue.Create(e.Frame))]),
            };
        }

        return new JsonObject
        {
            ["plain"] = plain.Id,
            ["thought"] = thought.Id,
            ["orphan"] = orphan.Id,
            ["erased"] = erased.Id,
            ["marked"] = marked.Id,
            ["running"] = running.Id,
            ["queued"] = queued.Id,
            ["files"] = files,
            ["cut_upload"] = cut,
            ["environment"] = environment.Json.GetProperty("id").GetString(),
            ["worker"] = worker.Id,
            ["worker_key"] = workerKey,
            ["ended"] = ended,
        };
    }

    public static string SearchOf(string store, string question) => $$"""
        {"model":"demo","input":"Search my files for \"{{question}}\".","tools":[{"type":"file_search","file_search_store_names":["{{store}}"]}]}
        """;

    /// <summary>What a worker asks for first.</summary>
    public static async Task<Answer> LeaseAsync(InteractionsClient client, string workerKey)
    {
        using var worker = client.WithKey(null);
        var request = worker.Request(HttpMethod.Post, "workers:lease", InteractionsClient.Json("""{"protocol":1,"holder":"h","directory":"host_a"}"""));
        request.Headers.Authorization = new("Bearer", workerKey);
        return await worker.SendAsync(request);
    }

    public static HttpRequestMessage MarkedCreate(InteractionsClient client, string body)
    {
        var request = client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json(body));
        request.Headers.Add("Idempotency-Key", "key-of-the-fixture");
        return request;
    }
}

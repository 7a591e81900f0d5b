using System.Text.RegularExpressions;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Postgres;

namespace OpenInteractions.Faults.Tests.Nodes;

/// <summary>
/// A backup that is made by the commands of docs/operations.md while runs are written, and brought back by them on a fresh server: what was accepted before it
/// is there, with agents, credentials and files that are searched; chains and streams go on, runs that had not ended end, and keys open what they did.
/// </summary>
public sealed class BackupTests : IDisposable
{
    private static readonly (string, string) FewPlaces = ("OpenInteractions__Runs__MaxConcurrent", "4");

    private readonly DirectoryInfo _backup = Directory.CreateTempSubdirectory("openinteractions-backup-");

    public void Dispose() => _backup.Delete(recursive: true);

    [Fact]
    [Rule("SM-1")]
    public async Task With_SQLite()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 150, TimeSpan.FromMilliseconds(40));
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, FewPlaces]);
        using var client = await WithKeyAsync(server);
        var before = await FillAsync(client, provider);

        var output = await WhileWritingAsync(client, () => Pages.RunAsync("backup sqlite", ("/var/lib/openinteractions", server.DataDirectory), ("/backup", _backup.FullName)));
        await server.KillAsync();
        await using var restored = await ServerProcess.StartAsync(
            directory => Pages.RunAsync("restore sqlite", ("/var/lib/openinteractions-restored", directory), ("/backup", _backup.FullName)),
            [.. provider.Settings, FewPlaces]);

        Assert.Contains("interactions.db", output, StringComparison.Ordinal);
        AssertPrivate(Path.Combine(_backup.FullName, "monday"));
        await AssertAllAsync(before, client, server, restored, provider);
    }

    [Fact]
    [Rule("SM-1")]
    public async Task With_PostgreSQL()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 150, TimeSpan.FromMilliseconds(40));
        await using var nodes = await NodeGroup.StartAsync(1, [.. provider.Settings, FewPlaces, NodeGroup.Lease(seconds: 3)]);
        var cluster = await PostgresCluster.GetAsync();
        using var client = await WithKeyAsync(nodes[0]);
        var before = await FillAsync(client, provider);
        var fresh = cluster.NextName();

        await WhileWritingAsync(client, () => Pages.RunAsync(
            "backup postgres",
            ("PGHOST=db", $"PGHOST={cluster.Folder}"), ("--dbname=interactions ", $"--dbname={nodes.Database} "), ("/var/lib/openinteractions", nodes[0].DataDirectory), ("/backup", _backup.FullName)));
        await nodes[0].KillAsync();
        await using var restored = await ServerProcess.StartAsync(
            directory => Pages.RunAsync(
                "restore postgres",
                ("PGHOST=db", $"PGHOST={cluster.Folder}"), ("interactions_restored", fresh), ("/var/lib/openinteractions-restored", directory), ("/backup", _backup.FullName)),
            [.. provider.Settings, FewPlaces, NodeGroup.Lease(seconds: 3), ("OpenInteractions__Storage__Postgres__ConnectionString", cluster.ConnectionString(fresh))]);

        await AssertAllAsync(before, client, nodes[0], restored, provider);
    }

    /// <summary>Makes the first key, which the server is then started with.</summary>
    private static async Task<InteractionsClient> WithKeyAsync(ServerProcess server)
    {
        await server.StopAsync();
        var output = await Pages.RunAsync("first key", ("/var/lib/openinteractions", server.DataDirectory));
        await server.StartAgainAsync();
        return server.Client.WithKey(Regex.Match(output, "oi_[A-Za-z0-9_-]+").Value);
    }

    private static async Task<Before> FillAsync(InteractionsClient client, SlowChat provider)
    {
        var named = (await client.CreateAsync("""{"model":"demo","input":"My name is Ada."}""")).Ok();
        (await client.PostAsync("agents", """{"id":"reader","base_agent":"antigravity","system_instruction":"Answer in one sentence."}""")).Ok();
        (await client.SendAsync(client.Request(HttpMethod.Patch, "agents/reader", InteractionsClient.Json("""{"description":"Reads tables"}""")))).Ok();
        (await client.PostAsync("credentials", """{"id":"tok","type":"bearer_token","token":"kept"}""")).Ok();
        var files = await client.NewStoreAsync();
        await client.UploadAsync(files, "boilers.txt", "The boiler in the cellar is bled through the brass valve."u8.ToArray());
        var streamed = await client.CreateStreamedAsync("""{"model":"slow/any","input":"tell","stream":true}""");
        await streamed.DeltasAsync(10);
        var ids = await Runs.StartAsync(client, 8);
        await provider.CalledAsync(5);
        return new Before(named, streamed, ids, files);
    }

    /// <summary>Turns are accepted all the while, so that the backup is made of a store that is being written.</summary>
    private static async Task<string> WhileWritingAsync(InteractionsClient client, Func<Task<string>> backUp)
    {
        using var done = new CancellationTokenSource();
        var written = 0;
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                (await client.CreateAsync("""{"model":"demo","input":"echo: more"}""")).Ok();
                written++;
                first.TrySetResult();
            }
        });
        await first.Task.OrTimeout("the first turn beside the backup");
        var output = await backUp();
        await done.CancelAsync();
        await writing;
        Assert.InRange(written, 2, int.MaxValue);
        return output;
    }

    private static async Task AssertAllAsync(Before before, InteractionsClient old, ServerProcess source, ServerProcess restored, SlowChat provider)
    {
        using var client = new InteractionsClient(restored.Address, key: old.Key);
        var named = (await client.GetAsync(before.Named.Id)).Ok();
        var next = (await client.CreateAsync($$"""{"model":"demo","input":"What is my name?","previous_interaction_id":"{{before.Named.Id}}"}""")).Ok();
        await using var resumed = await client.FollowAsync(before.Streamed.InteractionId, before.Streamed.LastEventId);
        var rest = await resumed.ToEndAsync();
        var told = (await client.GetAsync(before.Streamed.InteractionId)).Ok();
        var ends = await Runs.EndsAsync(client, before.Ids);

        Assert.Equal(401, (await restored.Client.GetAsync(before.Named.Id)).Status);
        Assert.Equal(before.Named.Steps.Select(s => s.GetRawText()), named.Steps.Where(s => s.GetProperty("type").GetString() != "user_input").Select(s => s.GetRawText()));
        Assert.Contains("Ada", next.OutputText, StringComparison.Ordinal);
        Assert.Equal(("completed", provider.AnswerTo("tell")), (told.State, told.OutputText));
        Folds.AssertExact(told, before.Streamed.Events.Concat(rest));
        Assert.All(ends, run => Assert.Equal((run.Key, "completed", provider.AnswerTo(run.Key)), (run.Key, run.Value.State, run.Value.OutputText)));
        const string Key = "signature.key";
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(source.DataDirectory, Key)), await File.ReadAllBytesAsync(Path.Combine(restored.DataDirectory, Key)));

        await AssertOthersAsync(before, client);
        await before.Streamed.DisposeAsync();
    }

    private static async Task AssertOthersAsync(Before before, InteractionsClient client)
    {
        var versions = (await client.SendAsync(HttpMethod.Get, "agents/reader/versions")).Ok().Json.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("version").ToString());
        Assert.Equal(["2", "1"], versions);
        var found = (await client.CreateAsync($$"""{"model":"demo","input":"Search my files for \"Which valve bleeds the boiler?\".","tools":[{"type":"file_search","file_search_store_names":["{{before.Files}}"]}]}""")).Ok();
        Assert.Contains("brass valve", found.Text, StringComparison.Ordinal);

        // Nobody is told what a credential holds. One that opens gets as far as looking for the server; one that does not is named.
        string WithCredential(string id) => $$"""{"model":"demo","input":"hi","tools":[{"type":"mcp_server","name":"crm","url":"https://mcp.invalid/mcp","credential":"{{id}}"}]}""";
        Assert.DoesNotContain("'tok'", (await client.CreateAsync(WithCredential("tok"))).Text, StringComparison.Ordinal);
        Assert.Contains("'none'", (await client.CreateAsync(WithCredential("none"))).Text, StringComparison.Ordinal);
    }

    private static void AssertPrivate(string directory)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        Assert.All(Directory.EnumerateFiles(directory).Prepend(directory), path => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & others));
    }

    private sealed record Before(Answer Named, EventReader Streamed, IReadOnlyDictionary<string, string> Ids, string Files);
}

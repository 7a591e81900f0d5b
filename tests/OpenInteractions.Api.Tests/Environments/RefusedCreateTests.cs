using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Api.Tests.Interactions;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Environments;

/// <summary>A test that starts sandboxes.</summary>
internal sealed class RunningSandboxTheoryAttribute : TheoryAttribute
{
    public RunningSandboxTheoryAttribute() => Skip = RunningSandboxFactAttribute.Obstacle;
}

/// <summary>A test that starts sandboxes.</summary>
internal sealed class RunningSandboxFactAttribute : FactAttribute
{
    public RunningSandboxFactAttribute() => Skip = Obstacle;

    public static string? Obstacle => !Environment.IsPrivilegedProcess ? "Only root can try what a server does that is root." : File.Exists("/usr/bin/bwrap") ? null : "'bwrap' is not installed.";
}

/// <summary>A create that is refused, at whatever point, leaves neither the environment that it asked for nor a disk.</summary>
public sealed class RefusedCreateTests(ServerWithModels server) : IClassFixture<ServerWithModels>
{
    private const string Model = "\"model\":\"local/scripted\"";
    private const string Remote = "\"environment\":\"remote\",\"input\":\"x\"";

    [RunningSandboxTheory]
    [InlineData(400, $$"""{"model":"local/scripted",{{Remote}},"tools":[{"type":"nonsense"}]}""")]
    [InlineData(404, $$"""{"model":"local/scripted",{{Remote}},"previous_interaction_id":"int_nobody"}""")]
    [InlineData(404, $$"""{"model":"nobody/nothing",{{Remote}}}""")]
    [InlineData(404, $$"""{"agent":"nobody",{{Remote}}}""")]
    [InlineData(404, $$"""{"agent":"antigravity","agent_config":{"type":"antigravity","model":"nobody/nothing"},{{Remote}}}""")]
    [InlineData(400, $$"""{"agent":"antigravity","store":false,"tools":[{"type":"function","name":"f"}],{{Remote}}}""")]
    [InlineData(400, $$"""{"agent":"antigravity","background":true,"store":false,{{Remote}}}""")]
    [InlineData(400, $$"""{"model":"local/scripted","environment":"remote","input":[{"type":"user_input","content":[{"type":"video","data":"AAAA","mime_type":"video/mp4"}]}]}""")]
    [InlineData(400, """{"model":"local/scripted","input":"x","environment":{"type":"remote","sources":[{"type":"inline","target":"/","content":"x"}]}}""")]
    [InlineData(404, """{"model":"local/scripted","input":"x","environment":{"type":"remote","from_interaction":"int_nobody"}}""")]
    [InlineData(400, """{"agent":"antigravity","agent_config":{"type":"antigravity","model":"demo"},"input":"x","environment":{"type":"remote","sources":[{"type":"inline","target":"a","content":"x"},{"type":"inline","target":"a/b","content":"x"}]}}""")]
    public Task What_is_wrong_in_the_request_leaves_nothing(int status, string body) => LeavesNothingAsync(async () =>
    {
        // While a sandbox starts, a stream is opened: what goes wrong then is told in it, and kept.
        foreach (var stream in body.Contains("\"a/b\"", StringComparison.Ordinal) ? (string[])[""] : ["", "\"stream\":true,"])
        {
            Assert.Equal(status, (await server.Client.CreateAsync("{" + stream + body[1..])).Status);
        }
    });

    [RunningSandboxTheory]
    [InlineData("")]
    [InlineData("\"stream\":true,")]
    [InlineData("\"store\":false,")]
    [InlineData("\"store\":false,\"stream\":true,")]
    public Task What_the_provider_refuses_leaves_nothing(string form) => LeavesNothingAsync(async () =>
    {
        foreach (var who in form.Contains("stream", StringComparison.Ordinal) ? (string[])[Model] : [Model, $"\"agent\":\"antigravity\",\"agent_config\":{{\"type\":\"antigravity\",{Model}}}"])
        {
            server.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}"""));
            Assert.Equal(400, (await server.Client.CreateAsync($"{{{form}{who},{Remote}}}")).Status);
        }
    });

    [RunningSandboxFact]
    public Task What_the_provider_refuses_under_a_key_leaves_nothing() => LeavesNothingAsync(async () =>
    {
        server.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}"""));

        Assert.Equal(400, (await CreateOnceAsync(server.Client, "refused", $$"""{"model":"local/scripted",{{Remote}}}""")).Status);
    });

    [RunningSandboxFact]
    public async Task A_copy_of_an_agents_environment_that_cannot_be_changed_as_asked_leaves_nothing()
    {
        var basis = (await server.Client.PostAsync("environments", "{}")).Ok();
        (await server.Client.PostAsync("agents", $$"""{"id":"copier","base_agent":"antigravity","base_environment":"{{basis.Id}}"}""")).Ok();

        await LeavesNothingAsync(async () => Assert.Equal(400, (await server.Client.CreateAsync(
            """{"agent":"copier","input":"x","environment":{"type":"remote","sources":[{"type":"inline","target":"/","content":"x"}]}}""")).Status));
    }

    [RunningSandboxFact]
    public async Task A_key_that_was_used_for_another_body_leaves_nothing_and_requests_at_the_same_time_make_one()
    {
        server.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done"))); // one: only one is asked
        var before = await EnvironmentsAsync(server);
        var body = $$"""{"model":"local/scripted",{{Remote}}}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateOnceAsync(server.Client, "same", body)));
        var made = (await EnvironmentsAsync(server)).Except(before).ToList();

        Assert.Equal([answers[0].Ok().Json.GetProperty("environment_id").GetString()!], made);
        Assert.Single(answers.Select(a => a.Ok().Id).Distinct());
        await LeavesNothingAsync(async () => Assert.Equal(400, (await CreateOnceAsync(server.Client, "same", body.Replace("\"x\"", "\"y\"", StringComparison.Ordinal))).Status));
    }

    [RunningSandboxFact]
    public async Task Limits_and_a_full_queue_leave_nothing()
    {
        await using var limited = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxConcurrent", "1"), ("OpenInteractions:Runs:MaxQueued", "1"), ("OpenInteractions:Runs:MaxConcurrentPerProvider", "1"));
        var first = await limited.HoldAsync("first");
        var waits = (await limited.Client.CreateAsync("""{"model":"local/scripted","input":"waits","background":true}""")).Ok();

        foreach (var form in (string[])["", "\"stream\":true,", "\"background\":true,", "\"background\":true,\"stream\":true,"])
        {
            Assert.Equal(429, (await limited.Client.CreateAsync($$"""{{{form}}"model":"local/scripted",{{Remote}}}""")).Status);
        }

        Assert.Empty(await EnvironmentsAsync(limited.Models));
        Assert.Empty(Disks(limited.Models));
        (await limited.Client.CancelAsync(waits.Id)).Ok();
        first.LetGo();
        await limited.EndedAsync(first);
    }

    [RunningSandboxFact]
    public async Task An_answer_keeps_its_environment_and_so_does_a_run_that_failed_after_it_began()
    {
        var before = await EnvironmentsAsync(server);
        server.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("done")));
        var done = (await server.Client.CreateAsync($$"""{"model":"local/scripted",{{Remote}}}""")).Ok();
        server.Local.Enqueue(VendorReply.Json(400, """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}"""));
        var failed = (await server.Client.CreateAsync($$"""{"model":"local/scripted","background":true,{{Remote}}}""")).Ok();

        Assert.Equal("failed", (await server.Client.EndOfAsync(failed.Id)).State);
        Assert.Equal(
            new[] { done, failed }.Select(a => a.Json.GetProperty("environment_id").GetString()).Order(), (await EnvironmentsAsync(server)).Except(before).Order());
    }

    private async Task LeavesNothingAsync(Func<Task> refused)
    {
        var (before, disks) = (await EnvironmentsAsync(server), Disks(server));

        await refused();

        Assert.Equal(before, await EnvironmentsAsync(server));
        Assert.Equal(disks, Disks(server));
    }

    private static async Task<Answer> CreateOnceAsync(InteractionsClient client, string key, string body)
    {
        var request = client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json(body));
        request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }

    private static async Task<IReadOnlyList<string>> EnvironmentsAsync(ServerWithModels server) =>
        [.. (await server.Client.SendAsync(HttpMethod.Get, "environments?page_size=1000")).Ok().Json.GetProperty("environments").EnumerateArray().Select(e => e.GetProperty("id").GetString()!).Order()];

    private static IReadOnlyList<string> Disks(ServerWithModels server)
    {
        var disks = Path.Combine(server.Server.DataDirectory, "sandboxes", "disks");
        return Directory.Exists(disks) ? [.. Directory.EnumerateFileSystemEntries(disks).Where(d => Path.GetFileName(d).Contains("env_", StringComparison.Ordinal)).Order()] : [];
    }
}

using OpenInteractions.Faults.Tests.Environments;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Workers;

/// <summary>Environments on another machine: a server without sandboxes, and <c>oi worker</c> as a process of its own.</summary>
public sealed class WorkerTests
{
    [SandboxFact]
    public async Task An_agent_works_on_a_worker_and_its_files_are_read_and_written()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (id, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync("""{"sources":[{"type":"inline","target":"s.txt","content":"source"}],"env":{"NAME":"Ada"}}""");

        var turn = (await scene.TurnAsync(environment, "echo \"hello $NAME\" >greeting; cat greeting s.txt; id -u")).Ok();

        Assert.Equal("completed", turn.State);
        Assert.Contains("hello Ada", turn.Text, StringComparison.Ordinal);
        Assert.Equal("hello Ada\n", (await scene.ReadAsync(environment, "workspace/greeting")).Ok().Text);
        (await scene.UploadAsync(environment, "workspace/big.txt", new string('x', 3_000_000))).Ok();
        Assert.Equal(3_000_000, (await scene.ReadAsync(environment, "workspace/big.txt")).Ok().Body.Length);
        Assert.Contains("big.txt", (await scene.Client.SendAsync(HttpMethod.Get, $"environments/{environment}/files/workspace")).Ok().Text, StringComparison.Ordinal);
        var shown = await scene.StandsAsync(environment, "connected");
        Assert.Equal(id, shown.GetProperty("worker").GetProperty("id").GetString());
        Assert.True(File.Exists($"{worker.DataDirectory}/sandboxes/disks/{environment}.img"));

        Assert.Equal(0, await worker.StopAsync());
        Assert.Empty(new Traces(worker.DataDirectory).Find());
    }

    [SandboxFact]
    public async Task What_ran_code_for_a_conversation_is_on_a_worker_too_and_copies_stay_where_their_origin_is()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        (await scene.UploadAsync(environment, "workspace/a.txt", "origin")).Ok();

        var copy = await scene.CreateAsync($$"""{"from_environment":"{{environment}}"}""");

        Assert.Equal("origin", (await scene.ReadAsync(copy, "workspace/a.txt")).Ok().Text);
        var code = (await scene.Client.CreateAsync("""{"model":"demo","input":"```python\nprint(6*7)\n```\n","tools":[{"type":"code_execution"}]}""")).Ok();
        Assert.Contains("42", code.Text, StringComparison.Ordinal);
        (await scene.Client.SendAsync(HttpMethod.Delete, $"environments/{environment}")).Ok();
        Assert.False(File.Exists($"{worker.DataDirectory}/sandboxes/disks/{environment}.img"));
        Assert.Equal("origin", (await scene.ReadAsync(copy, "workspace/a.txt")).Ok().Text);
    }

    [SandboxFact]
    public async Task The_key_cannot_be_found_from_inside()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();

        // In pieces and in nobody's command line, so that what looks is not what is found.
        var look = $$"""
            key() { printf '%s%s\n' {{key[..20]}} {{key[20..]}}; }
            echo begin
            env | grep -c -F -f <(key)
            cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -c -F -f <(key)
            grep -r -l -a -F -f <(key) /etc /home /opt /root /run /srv /tmp /usr/local /var /workspace {{worker.DataDirectory}} 2>/dev/null | wc -l
            ls {{worker.DataDirectory}} 2>&1
            key | grep -c -F -f <(key)
            """;
        (await scene.UploadAsync(environment, "workspace/look.sh", look)).Ok();
        var turn = (await scene.TurnAsync(environment, "bash look.sh >found 2>&1; true")).Ok();

        Assert.Equal("completed", turn.State);
        var found = (await scene.ReadAsync(environment, "workspace/found")).Ok().Text.Split('\n');
        Assert.Equal("begin", found[0]);
        Assert.Equal(["0", "0", "0"], found[1..4]);
        Assert.Contains($"'{worker.DataDirectory}': No such file", found[4], StringComparison.Ordinal);
        Assert.Equal("1", found[5]); // it would have been found
        Assert.DoesNotContain(key, worker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(key, scene.Server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(key, File.ReadAllText($"/proc/{worker.ProcessId}/environ"), StringComparison.Ordinal);
        Assert.DoesNotContain(key, File.ReadAllText($"/proc/{worker.ProcessId}/cmdline"), StringComparison.Ordinal);
    }

    [SandboxFact]
    public async Task A_second_process_with_the_key_is_refused_and_told_what_to_do()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (id, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);

        var (code, log) = await WorkerProcess.RunToEndAsync(scene.Server.Address, key);
        Assert.Equal(1, code);
        Assert.Contains("belongs to another directory", log, StringComparison.Ordinal);
        Assert.Contains("oi workers create", log, StringComparison.Ordinal);

        // A copy of the machine: the same directory, by its name.
        var lease = await LeaseAsync(scene, key, $$"""{"protocol":1,"holder":"another","directory":"{{File.ReadAllText($"{worker.DataDirectory}/sandboxes/host")}}","worker":"{{id}}"}""");
        Assert.Equal((409, "aborted"), (lease.Status, lease.ErrorCode));
        Assert.Contains("Another process serves", lease.ErrorMessage, StringComparison.Ordinal);

        var (_, other) = await scene.MakeAsync("second");
        (code, log) = await WorkerProcess.RunToEndAsync(scene.Server.Address, other, directory =>
        {
            Directory.CreateDirectory($"{directory}/sandboxes/disks");
            File.WriteAllText($"{directory}/sandboxes/disks/env_a.img", "a server's");
        });
        Assert.Equal(1, code);
        Assert.Contains("no worker's", log, StringComparison.Ordinal);
    }

    [SandboxFact]
    public async Task Programs_on_a_worker_reach_the_network_through_the_server_and_its_rules()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync("""{"network":{"allowlist":[{"domain":"allowed.example"}]}}""");

        (await scene.TurnAsync(environment, "getent hosts allowed.example >allowed; getent hosts other.example >other; (exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT other.example:443 HTTP/1.1\\r\\nHost: other.example\\r\\n\\r\\n' >&3; head -n 1 <&3 >proxy); true")).Ok();

        Assert.StartsWith("198.1", (await scene.ReadAsync(environment, "workspace/allowed")).Ok().Text, StringComparison.Ordinal); // an address that leads to the server's doors
        Assert.Empty((await scene.ReadAsync(environment, "workspace/other")).Ok().Text);
        Assert.Contains(" 403 ", (await scene.ReadAsync(environment, "workspace/proxy")).Ok().Text, StringComparison.Ordinal);
    }

    [SandboxTheory]
    [InlineData("local", 0)]
    [InlineData("workers", 2)]
    [InlineData("any", 1)]
    public async Task New_environments_go_where_the_operator_wants_them(string placement, int onWorker)
    {
        await using var scene = await WorkerScene.StartAsync(("OpenInteractions__Sandboxes__Engine", "bubblewrap"), ("OpenInteractions__Environments__Placement", placement));
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);

        var first = await scene.CreateAsync();
        (await scene.UploadAsync(first, "workspace/a.txt", "one")).Ok(); // so that it lives
        var second = await scene.CreateAsync();
        (await scene.UploadAsync(second, "workspace/a.txt", "two")).Ok();

        Assert.Equal("one", (await scene.ReadAsync(first, "workspace/a.txt")).Ok().Text);
        Assert.Equal("two", (await scene.ReadAsync(second, "workspace/a.txt")).Ok().Text);
        var disks = $"{worker.DataDirectory}/sandboxes/disks";
        Assert.Equal(onWorker, Directory.Exists(disks) ? Directory.GetFiles(disks, "env_*.img").Length : 0);
    }

    [SandboxFact]
    public async Task A_server_that_is_stopped_stops_what_runs_on_its_workers_in_order()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (_, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        (await scene.UploadAsync(environment, "workspace/a.txt", "kept")).Ok();

        var code = await scene.Server.StopAsync();
        Assert.True(code == 0, $"The server ended with {code}. It wrote:\n{scene.Server.Log}");

        Assert.True(await new Traces(worker.DataDirectory).AreGoneAsync());
        Assert.Equal("1", File.ReadAllText($"{worker.DataDirectory}/sandboxes/disks/{environment}.generation")); // it was noted as whole
        var serving = worker.LoggedAsync("Serving ");
        await scene.Server.StartAgainAsync();
        await serving;
        Assert.Equal("kept", (await scene.ReadAsync(environment, "workspace/a.txt")).Ok().Text);
    }

    [SandboxFact]
    public async Task A_worker_that_is_deleted_stops_and_its_environments_are_lost()
    {
        await using var scene = await WorkerScene.StartAsync();
        var (id, key) = await scene.MakeAsync("first");
        await using var worker = await WorkerProcess.StartAsync(scene.Server.Address, key);
        var environment = await scene.CreateAsync();
        (await scene.UploadAsync(environment, "workspace/a.txt", "a")).Ok();

        var told = worker.LoggedAsync("The key of a worker is needed");
        (await scene.Client.SendAsync(HttpMethod.Delete, $"workers/{id}")).Ok();
        await told;

        await scene.StandsAsync(environment, "deleted");
        var refused = await scene.ReadAsync(environment, "workspace/a.txt");
        Assert.Equal((400, "failed_precondition"), (refused.Status, refused.ErrorCode));
        Assert.Contains("was deleted", refused.ErrorMessage, StringComparison.Ordinal);
    }

    internal static Task<Answer> LeaseAsync(WorkerScene scene, string key, string body)
    {
        var request = scene.Client.Request(HttpMethod.Post, "workers:lease", InteractionsClient.Json(body));
        request.Headers.Add("Authorization", $"Bearer {key}");
        return scene.Client.SendAsync(request);
    }
}

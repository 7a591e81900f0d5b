using System.Text;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Environments;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>What an agent does to its own files does not mislead the server, nor the agent itself.</summary>
public sealed class OddFileTests
{
    [RootFact]
    public async Task The_server_runs_programs_of_the_system_and_none_that_an_agent_has_put_first()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        const string Plant = """
            mkdir -p ~/.local/bin; for p in sync sh find awk tar git; do printf '#!/bin/bash\necho "$0" >>/workspace/planted\n' >~/.local/bin/$p; chmod +x ~/.local/bin/$p; done; command -v sync
            """;
        Assert.Equal("/home/agent/.local/bin/sync\n", await rig.RunAsync(made.Id, Plant)); // otherwise this tries nothing

        await using (var use = await rig.Environments.VisitAsync(EnvironmentRig.Project, made.Id, Within.Time))
        {
            await use.SandboxAsync(Within.Time);
            await use.SyncAsync(Within.Time);
        }

        Assert.Equal("none\n", await rig.RunAsync(made.Id, "/bin/cat /workspace/planted 2>/dev/null || echo none"));
    }

    [RootFact]
    public async Task What_cannot_be_brought_onto_the_disk_is_not_acknowledged()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "chmod 0 /home/agent"); // 'sync' may not open it then
        await using var use = await rig.Environments.VisitAsync(EnvironmentRig.Project, made.Id, Within.Time);

        var failed = await Assert.ThrowsAsync<ApiException>(() =>
            new UploadToEnvironment(Options.Create(rig.Options)).WriteAsync(use, "/workspace/file", new MemoryStream([1]), overwrite: true, Within.Time));

        Assert.Equal(ErrorCode.ServiceUnavailable, failed.Code);
        Assert.Contains("onto the disk", failed.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task Code_that_ran_is_told_with_its_output_though_what_it_left_cannot_be_read()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);

        var text = ToolRig.Text(await rig.CallAsync("code_execution", new { language = "bash", code = "echo done; echo x >p.png; chmod 000 p.png" }));
        var closed = ToolRig.Text(await rig.CallAsync("code_execution", new { language = "bash", code = "echo closed; chmod 000 /workspace; mv /workspace/p.png /tmp 2>/dev/null" }));

        Assert.Contains("done", text, StringComparison.Ordinal);
        Assert.Contains("[/workspace/p.png cannot be read, and is not shown.]", text, StringComparison.Ordinal);
        Assert.Contains("closed", closed, StringComparison.Ordinal);
        Assert.DoesNotContain("could not be started", text + closed, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_file_that_is_no_text_is_not_edited_and_links_are_written_through()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);
        await rig.BashAsync("printf 'caf\\351 one\\n' >latin; printf old >target; chmod 640 target; ln -s target link; ln -s /workspace/new/../target twice; ln -s /workspace/made dangling; ln -s ring ring");

        Assert.Contains("is not UTF-8 text", await rig.ErrorAsync("edit_file", new { path = "latin", old_text = "one", new_text = "two" }), StringComparison.Ordinal);
        await rig.TextAsync("write_file", new { path = "link", content = "through" });
        await rig.TextAsync("edit_file", new { path = "link", old_text = "through", new_text = "changed" });
        await rig.TextAsync("write_file", new { path = "dangling", content = "new" });
        await rig.ErrorAsync("write_file", new { path = "ring", content = "x" });

        Assert.Equal("caf\\351 one$\nchanged 640 target made\nnew\n", await rig.BashAsync("cat -A latin | sed 's/M-i/\\\\351/'; echo $(cat target; stat -c ' %a' target; readlink link; basename $(readlink dangling)); cat made; echo"));
    }

    [Fact]
    public async Task Names_that_are_no_text_are_listed_packed_and_removed()
    {
        await using var init = new PlainInit();
        await init.ShellAsync($"mkdir -p {init["d"]}/$'sub\\xff'; printf one >{init["d"]}/$'caf\\xe9.txt'; printf two >{init["d"]}/$'sub\\xff/in'; ln -s $'caf\\xe9.txt' {init["d/link"]}; echo ok >{init["d/ok"]}; mkdir {init["out"]}");

        var listed = await init.Files.ListAsync(init["d"], recursive: true, null, 100, Within.Time);
        var archive = new MemoryStream();
        await init.Files.TarOutAsync(init["d"], archive, Within.Time);
        await File.WriteAllBytesAsync(init["all.tar"], archive.ToArray());

        Assert.Equal(["caf%E9.txt", "link", "ok", "sub%FF", "sub%FF/in"], listed.Items.Select(e => e.Path).Order(StringComparer.Ordinal));
        Assert.Equal((3, "caf%E9.txt"), (listed.Items.Single(e => e.Path == "caf%E9.txt").Size, listed.Items.Single(e => e.Path == "link").LinkTarget));
        Assert.Equal("", (await init.ShellAsync($"tar -C {init["out"]} -xf {init["all.tar"]} && diff -r --no-dereference {init["d"]} {init["out"]}")).Output);
        await init.Files.RemoveAsync(init["d"], recursive: true, Within.Time);
        Assert.False(Directory.Exists(init["d"]));
    }

    [Fact]
    public async Task An_archive_of_nothing_but_odd_names_has_an_end()
    {
        await using var init = new PlainInit();
        await init.ShellAsync($"mkdir {init["d"]}; printf one >{init["d"]}/$'\\xe9'");

        var archive = new MemoryStream();
        await init.Files.TarOutAsync(init["d"], archive, Within.Time);

        Assert.Equal(new byte[1024], archive.ToArray()[^1024..]);
        Assert.Contains("path=\u00e9\n", Encoding.Latin1.GetString(archive.ToArray()), StringComparison.Ordinal);
    }
}

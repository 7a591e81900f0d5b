using System.Text.Json;
using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>AG-1, AG-2: the tools for files that an agent has.</summary>
public sealed class FileToolTests
{
    [RootFact]
    [Rule("AG-2")]
    public async Task Files_are_written_read_changed_and_found()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);

        Assert.Equal("Wrote 21 bytes to /workspace/src/a.py.", await rig.TextAsync("write_file", new { path = "src/a.py", content = "x = 1\ny = 2\nprint(x)\n" }));
        Assert.Equal("1\tx = 1\n2\ty = 2\n3\tprint(x)\n", await rig.TextAsync("read_file", new { path = "src/a.py" }));
        Assert.Equal("2\ty = 2\n[The file goes on: it has 3 lines.]", await rig.TextAsync("read_file", new { path = "/workspace/src/a.py", first_line = 2, lines = 1 }));
        Assert.Equal("Changed /workspace/src/a.py.", await rig.TextAsync("edit_file", new { path = "src/a.py", old_text = "y = 2", new_text = "y = 3" }));
        Assert.Equal("x = 1\ny = 3\nprint(x)\n", await rig.BashAsync("cat src/a.py"));
        Assert.Equal("src/\n", await rig.TextAsync("list_dir", new { }));
        Assert.Contains("src/a.py\t21 bytes\n", await rig.TextAsync("list_dir", new { path = "/workspace", recursive = true }), StringComparison.Ordinal);
        Assert.Equal("src/a.py\t21 bytes\n", await rig.TextAsync("find_by_name", new { pattern = "*.py" }));
        Assert.Contains(":3: print(x)\n", await rig.TextAsync("grep_search", new { query = "^print", is_regex = true }), StringComparison.Ordinal);
        Assert.Equal("[Nothing matches.]", await rig.TextAsync("grep_search", new { query = "^print" }));
    }

    [RootFact]
    public async Task What_cannot_be_done_is_told_in_words_that_a_model_can_act_on()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);
        await rig.BashAsync("printf 'a\\na\\n' >twice; head -c 100 /dev/zero >binary");

        Assert.Equal("'/workspace/none': there is no such file or directory.", await rig.ErrorAsync("read_file", new { path = "none" }));
        Assert.Contains("is no text", await rig.ErrorAsync("read_file", new { path = "binary" }), StringComparison.Ordinal);
        Assert.Contains("no 'path'", await rig.ErrorAsync("read_file", new { }), StringComparison.Ordinal);
        Assert.Contains("2 times", await rig.ErrorAsync("edit_file", new { path = "twice", old_text = "a", new_text = "b" }), StringComparison.Ordinal);
        Assert.Equal("Changed /workspace/twice in 2 places.", await rig.TextAsync("edit_file", new { path = "twice", old_text = "a", new_text = "b", replace_all = true }));
        Assert.Contains("exactly as it stands", await rig.ErrorAsync("edit_file", new { path = "twice", old_text = "z", new_text = "b" }), StringComparison.Ordinal);
        Assert.Contains("cannot be written", await rig.ErrorAsync("write_file", new { path = "/usr/evil", content = "x" }), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task No_path_leads_to_the_host()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);
        await rig.BashAsync("ln -s / out; ln -s /proc/1/root up");
        var secret = Path.Combine(Path.GetTempPath(), $"oi-secret-{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(secret, "of the host");
        try
        {
            foreach (var path in (string[])[secret, $"out{secret}", $"up{secret}", $"../../../../..{secret}", $"/proc/1/root{secret}"])
            {
                Assert.DoesNotContain("of the host", ToolRig.Text(await rig.CallAsync("read_file", new { path })), StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [RootFact]
    public async Task A_picture_is_shown_to_who_can_see()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);
        await rig.BashAsync("printf picture >p.png");

        var shown = ToolRig.Payload(await rig.CallAsync("read_file", new { path = "p.png" }));

        Assert.Equal(["text", "image"], shown.EnumerateArray().Select(b => b.GetProperty("type").GetString()));
        Assert.Equal("cGljdHVyZQ==", shown[1].GetProperty("data").GetString());
    }
}

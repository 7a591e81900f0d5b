using System.Text.Json;
using OpenInteractions.Sandboxes.Tests.Engine;

namespace OpenInteractions.Sandboxes.Tests.Tools;

/// <summary>The tool <c>code_execution</c> in a sandbox of this machine.</summary>
public sealed class CodeExecutionTests
{
    private const string Dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGgAAACEAIHJde6SAAAAAElFTkSuQmCC";

    [RootFact]
    public async Task Both_languages_run_and_files_directory_and_variables_last()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);

        Assert.Equal("42\n", await rig.TextAsync("code_execution", new { language = "python", code = "print(6 * 7)" }));
        Assert.Equal("[No output.]", await rig.BashAsync("mkdir -p /tmp/deep && cd /tmp/deep && export NAME='a b'"));
        Assert.Equal("/tmp/deep a b\n", await rig.BashAsync("echo \"$PWD $NAME\""));
        Assert.Contains("data.txt", await rig.TextAsync("code_execution", new { language = "python", code = "open('data.txt', 'w').write('kept')" }), StringComparison.Ordinal);
        Assert.Equal("kept", await rig.BashAsync("cat /workspace/data.txt"));
    }

    [RootFact]
    public async Task A_program_may_be_longer_than_arguments_can_be_and_its_output_is_cut_with_a_note()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);
        var code = $"# {new string('x', 300_000)}\nprint('q' * 150_000)";

        var text = await rig.TextAsync("code_execution", new { language = "python", code });

        Assert.Equal(100_000, text.Count(c => c == 'q'));
        Assert.EndsWith("[50001 more bytes of output were dropped. Write long output to a file.]", text, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task What_goes_wrong_is_told_as_it_happened()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty, (_, code) => code.Timeout = TimeSpan.FromSeconds(1));

        Assert.Contains("ZeroDivisionError", await rig.ErrorAsync("code_execution", new { language = "python", code = "1 / 0" }), StringComparison.Ordinal);
        Assert.Equal("out\n[Ended with status 3.]", await rig.ErrorAsync("code_execution", new { language = "bash", code = "echo out; (exit 3)" }));
        Assert.StartsWith("begun\n[Killed after 1 seconds", await rig.ErrorAsync("code_execution", new { language = "bash", code = "echo begun; sleep 100" }), StringComparison.Ordinal);
        Assert.Contains("no code", await rig.ErrorAsync("code_execution", new { language = "bash" }), StringComparison.Ordinal);
        Assert.Contains("signal 9", await rig.ErrorAsync("code_execution", new { language = "python", code = "x = bytearray(1 << 30)" }), StringComparison.Ordinal);
        Assert.Equal("still there\n", await rig.BashAsync("echo still there"));
    }

    [RootFact]
    public async Task New_pictures_are_shown_and_changed_files_are_named()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);
        await rig.BashAsync("echo old >old.txt; echo same >same.txt");

        var result = ToolRig.Payload(await rig.CallAsync("code_execution", new { language = "bash", code = $"base64 -d <<<{Dot} >dot.png; echo newer >>old.txt; mkdir .git; echo x >.git/x" }));

        Assert.Equal(["text", "text", "image"], result.EnumerateArray().Select(b => b.GetProperty("type").GetString()));
        Assert.Equal("[Files written: /workspace/dot.png (69 bytes), /workspace/old.txt (10 bytes)]", result[1].GetProperty("text").GetString());
        Assert.Equal(("image/png", Dot), (result[2].GetProperty("mime_type").GetString(), result[2].GetProperty("data").GetString()));
    }

    [RootFact]
    public async Task A_model_that_takes_no_pictures_is_told_of_the_file_alone()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty, mediaFault: media => media.Type == "image" ? "image input" : null);

        var result = ToolRig.Payload(await rig.CallAsync("code_execution", new { language = "bash", code = $"base64 -d <<<{Dot} >dot.png" }));

        Assert.Equal(["text", "text"], result.EnumerateArray().Select(b => b.GetProperty("type").GetString()));
    }

    [RootFact]
    public async Task A_conversation_without_an_environment_has_a_sandbox_of_its_own_whose_small_documents_come_back()
    {
        await using var rig = await ToolRig.StartAsync(spec: null);

        var result = ToolRig.Payload(await rig.CallAsync("code_execution", new { language = "bash", code = "echo a,b >table.csv" }));

        Assert.Equal("text/csv", result[2].GetProperty("mime_type").GetString());
        Assert.Equal("a,b\n", await rig.BashAsync("cat table.csv"));
    }

    [RootFact]
    public async Task What_a_character_was_cut_into_is_put_together_and_what_no_store_keeps_is_replaced()
    {
        await using var rig = await ToolRig.StartAsync(ToolRig.Empty);

        var text = await rig.TextAsync("code_execution", new { language = "python", code = "import sys, time\nfor b in '日本'.encode():\n    sys.stdout.buffer.write(bytes([b])); sys.stdout.buffer.flush()\nsys.stdout.buffer.write(b'\\0\\xff')" });

        Assert.Equal("日本\uFFFD", text.TrimEnd('\uFFFD') + "\uFFFD");
    }
}

using OpenInteractions.Testing;

namespace OpenInteractions.Cli.Tests;

public sealed class KeysTests : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("openinteractions-keys-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task A_server_takes_the_keys_that_were_made_and_not_those_that_were_revoked()
    {
        var kept = (await OiAsync("create", "--project", "kept")).Output.Trim();
        var revoked = (await OiAsync("create", "--project", "revoked")).Output.Trim();
        var ids = (await OiAsync("list")).Rows[1..].ToDictionary(row => row[1], row => row[0]);
        await OiAsync("revoke", ids["revoked"]);
        var server = await LocalServer.StartAsync(_data);
        try
        {
            Assert.Equal(0, (await Terminal.OiAsync("models", "--url", server.Url, "--key", kept)).Code);
            Assert.Equal(1, (await Terminal.OiAsync("models", "--url", server.Url, "--key", revoked)).Code);
            Assert.Equal(1, (await Terminal.OiAsync("models", "--url", server.Url)).Code);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_server_that_runs_takes_what_is_made_and_revoked_beside_it()
    {
        await OiAsync("create", "--project", "first");
        var server = await LocalServer.StartAsync(_data);
        try
        {
            var made = (await OiAsync("create", "--project", "second")).Output.Trim();
            await TakenAsync();
            Assert.Equal(0, (await Terminal.OiAsync("models", "--url", server.Url, "--key", made)).Code);
            var rows = (await OiAsync("list")).Rows[1..];
            Assert.Equal(["first", "second"], rows.Select(row => row[1]));

            Assert.Equal(0, (await OiAsync("revoke", rows[1][0])).Code);
            Assert.Equal(["first"], (await OiAsync("list")).Rows[1..].Select(row => row[1])); // whether it was taken yet or not
            await TakenAsync();

            Assert.Equal(1, (await Terminal.OiAsync("models", "--url", server.Url, "--key", made)).Code);
            Assert.Equal(["first"], (await OiAsync("list")).Rows[1..].Select(row => row[1]));
            Assert.Equal(1, (await OiAsync("revoke", rows[1][0])).Code);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_key_is_shown_once_and_kept_nowhere()
    {
        var key = (await OiAsync("create")).Output.Trim();

        Assert.StartsWith("oi_", key, StringComparison.Ordinal);
        Assert.DoesNotContain(key, (await OiAsync("list")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_data.EnumerateFiles(), file => File.ReadAllText(file.FullName).Contains(key, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a b!")]
    [InlineData(" ")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("projekt-ä")]
    public async Task A_project_has_a_plain_name(string project)
    {
        var run = await OiAsync("create", "--project=" + project);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("letters, digits", run.Error, StringComparison.Ordinal);
        Assert.Empty(_data.EnumerateFiles());
    }

    [Fact]
    public async Task The_file_of_keys_is_for_its_owner_alone()
    {
        await OiAsync("create");

        Assert.All(_data.GetFiles(), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode));
        Assert.Contains("keys.json", _data.GetFiles().Select(f => f.Name));
    }

    [Fact]
    public async Task A_list_names_id_project_and_time()
    {
        await OiAsync("create", "--project", "first");
        await OiAsync("create", "--project", "second");

        var rows = (await OiAsync("list")).Rows;

        Assert.Equal(["ID", "PROJECT", "CREATED"], rows[0]);
        Assert.Equal(["first", "second"], rows[1..].Select(row => row[1]));
    }

    [Fact]
    public async Task Revoking_a_key_that_is_not_there_fails()
    {
        var run = await OiAsync("revoke", "key_none");

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Contains("key_none", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("create")]
    [InlineData("revoke", "key_1")]
    public async Task A_directory_that_cannot_be_used_is_told_in_one_line(params string[] command)
    {
        var run = await Terminal.OiAsync(["keys", .. command, "--data-dir", "/proc/zz"]);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_file_that_is_broken_is_told_in_one_line()
    {
        await File.WriteAllTextAsync(Path.Combine(_data.FullName, "keys.json"), "[{");

        foreach (var command in (string[][])[["create"], ["list"], ["revoke", "key_1"]])
        {
            var run = await OiAsync(command);

            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.Contains("Restore it from a backup", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }
    }

    /// <summary>Completes when the server has put the file away: then it goes by what that held.</summary>
    private async Task TakenAsync()
    {
        using var watcher = new FileSystemWatcher(_data.FullName, "keys.json");
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Deleted += (_, _) => gone.TrySetResult();
        watcher.Renamed += (_, _) => gone.TrySetResult();
        watcher.EnableRaisingEvents = true;
        if (File.Exists(Path.Combine(_data.FullName, "keys.json")))
        {
            await gone.Task.OrTimeout("the server took the keys");
        }
    }

    private Task<TerminalRun> OiAsync(params string[] args) => Terminal.OiAsync(["keys", .. args, "--data-dir", _data.FullName]);
}

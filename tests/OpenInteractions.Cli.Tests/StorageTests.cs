namespace OpenInteractions.Cli.Tests;

public sealed class StorageTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("openinteractions-stores-");

    private string Source => "sqlite:" + Path.Combine(_root.FullName, "source");

    private string Target => "sqlite:" + Path.Combine(_root.FullName, "target");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task A_check_says_what_there_is_to_do_and_does_nothing()
    {
        var check = await Terminal.OiAsync("storage", "migrate", "--store", Source, "--check");

        Assert.Equal(2, check.Code);
        Assert.StartsWith("would apply 0001_", check.Output, StringComparison.Ordinal);
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_migration_says_what_it_did_and_then_that_there_is_nothing()
    {
        var first = await Terminal.OiAsync("storage", "migrate", "--store", Source);
        var second = await Terminal.OiAsync("storage", "migrate", "--store", Source);
        var check = await Terminal.OiAsync("storage", "migrate", "--store", Source, "--check");

        Assert.Equal((0, 0, 0), (first.Code, second.Code, check.Code));
        Assert.StartsWith("applied 0001_", first.Output, StringComparison.Ordinal);
        Assert.Contains("from version 0 to", first.Output, StringComparison.Ordinal);
        Assert.Contains("is up to date", second.Output, StringComparison.Ordinal);
        Assert.Equal(second.Output, check.Output);
    }

    [Fact]
    public async Task The_store_of_a_data_directory_is_the_default()
    {
        var run = await Terminal.OiAsync("storage", "migrate", "--data-dir", Path.Combine(_root.FullName, "source"));

        Assert.Equal(0, run.Code);
        Assert.True(File.Exists(Path.Combine(_root.FullName, "source", "interactions.db")));
    }

    [Fact]
    public async Task What_a_server_kept_is_served_by_the_next_one_from_the_copy()
    {
        var id = await AskAndStopAsync();

        var copy = await Terminal.OiAsync("storage", "copy", "--from", Source, "--to", Target);
        var again = await Terminal.OiAsync("storage", "copy", "--from", Source, "--to", Target);

        Assert.True(copy.Code == 0, copy.Error);
        Assert.Contains(copy.Rows, row => row is ["interactions", "1", _]);
        Assert.Contains("copied 1 of", copy.Error, StringComparison.Ordinal);
        Assert.Contains("signature.key", copy.Output, StringComparison.Ordinal);
        Assert.Equal(0, again.Code);
        Assert.Contains("nothing was changed", again.Output, StringComparison.Ordinal);
        var server = await LocalServer.StartAsync(new DirectoryInfo(Path.Combine(_root.FullName, "target")));
        try
        {
            Assert.Equal("Ada", (await Terminal.OiAsync("ask", "What is my name?", "--previous", id, "--url", server.Url)).Output[^5..^2]);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_store_that_a_server_has_is_refused_in_one_line()
    {
        var server = await LocalServer.StartAsync(Directory.CreateDirectory(Path.Combine(_root.FullName, "source")));
        try
        {
            foreach (var command in new[] { ["storage", "copy", "--from", Source, "--to", Target], new[] { "storage", "migrate", "--store", Source } })
            {
                var run = await Terminal.OiAsync(command);

                Assert.Equal((1, ""), (run.Code, run.Output));
                Assert.Contains("in use", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            }
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_leaves_nothing_half_made()
    {
        await AskAndStopAsync();
        var (source, target) = (Path.Combine(_root.FullName, "source"), Path.Combine(_root.FullName, "backup"));

        var first = await Terminal.OiAsync("storage", "backup", "--data-dir", source, "--to", target);
        var again = await Terminal.OiAsync("storage", "backup", "--data-dir", source, "--to", target);
        var none = await Terminal.OiAsync("storage", "backup", "--data-dir", Path.Combine(_root.FullName, "nowhere"), "--to", Path.Combine(_root.FullName, "other"));

        Assert.True(first.Code == 0, first.Error);
        Assert.Equal(["interactions.db", "signature.key"], first.Rows.Skip(1).Select(row => row[0]));
        Assert.Equal(["interactions.db", "signature.key"], Directory.EnumerateFiles(target).Select(Path.GetFileName).Order());
        Assert.Equal((1, 1), (again.Code, none.Code));
        Assert.Contains("there already", again.Error, StringComparison.Ordinal);
        Assert.Contains("no database", none.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_root.FullName, "other")));
    }

    [Theory]
    [InlineData("./data")]
    [InlineData("sqlite:")]
    [InlineData("Host=db;Password=hunter2")]
    [InlineData("postgres:Host=db;Password=hunter2")]
    [InlineData("postgres:postgres://oi:hunter2@db/interactions")]
    public async Task What_is_no_store_is_refused_and_not_repeated(string store)
    {
        var run = await Terminal.OiAsync("storage", "copy", "--from", store, "--to", Target);

        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.NotEmpty(run.Error);
        Assert.DoesNotContain("hunter2", run.Error, StringComparison.Ordinal);
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task The_help_tells_the_forms_of_a_store_and_the_codes_at_the_end()
    {
        var copy = await Terminal.OiAsync("storage", "copy", "--help");
        var migrate = await Terminal.OiAsync("storage", "migrate", "--help");

        Assert.Contains("sqlite:DIR", copy.Output, StringComparison.Ordinal);
        Assert.Contains("PGPASSFILE", copy.Output, StringComparison.Ordinal);
        Assert.Contains("--restart", copy.Output, StringComparison.Ordinal);
        Assert.Contains("--check", migrate.Output, StringComparison.Ordinal);
    }

    private async Task<string> AskAndStopAsync()
    {
        var server = await LocalServer.StartAsync(Directory.CreateDirectory(Path.Combine(_root.FullName, "source")));
        try
        {
            return (await Terminal.OiAsync("ask", "My name is Ada.", "--url", server.Url)).Error.Split(' ')[0];
        }
        finally
        {
            await server.DisposeAsync();
        }
    }
}

namespace OpenInteractions.Cli.Tests;

/// <summary><c>oi workers</c>, and what <c>oi worker</c> refuses before it calls anybody. What it does when it runs, OpenInteractions.Faults tries.</summary>
public sealed class WorkersTests(LocalServer server) : IClassFixture<LocalServer>
{
    private const string Key = "oiw_0000000000000000000000000000000000000000000000000000000000000000";

    [Fact]
    public async Task A_worker_is_made_with_its_key_alone_in_the_output_listed_and_deleted()
    {
        var made = await Terminal.OiAsync("workers", "create", "gpu-1", "--url", server.Url);

        Assert.Equal(0, made.Code);
        Assert.Matches("^oiw_[0-9a-f]{64}\n$", made.Output);
        var listed = await Terminal.OiAsync("workers", "list", "--url", server.Url);
        var row = Assert.Single(listed.Rows[1..], r => r[1] == "gpu-1");
        Assert.DoesNotContain("oiw_", listed.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Terminal.OiAsync("workers", "delete", row[0], "--url", server.Url)).Code);
        Assert.DoesNotContain("gpu-1", (await Terminal.OiAsync("workers", "list", "--url", server.Url)).Output, StringComparison.Ordinal);
        var gone = await Terminal.OiAsync("workers", "delete", row[0], "--url", server.Url);
        Assert.Equal(1, gone.Code);
        Assert.Contains("There is no worker", gone.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://agents.example.com", "https")]
    [InlineData("ftp://localhost", "not an http address")]
    [InlineData("nonsense", "not an http address")]
    [InlineData("https://name:secret@example.com", "not an http address")]
    public async Task An_address_that_would_tell_the_key_is_refused(string address, string words)
    {
        var refused = await WithKeyAsync(UnixFileMode.UserRead, Key, file => Terminal.OiAsync("worker", "--server", address, "--key-file", file, "--directory", file + ".d"));

        Assert.Equal(1, refused.Code);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, Key, "chmod 600")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, Key, "chmod 600")]
    [InlineData(UnixFileMode.UserRead, "oi_0000", "begins with 'oiw_'")]
    [InlineData(UnixFileMode.UserRead, "", "begins with 'oiw_'")]
    public async Task A_key_that_others_may_read_or_that_is_none_is_refused(UnixFileMode mode, string key, string words)
    {
        var refused = await WithKeyAsync(mode, key, file => Terminal.OiAsync("worker", "--server", "http://127.0.0.1:9", "--key-file", file, "--directory", file + ".d"));

        Assert.Equal(1, refused.Code);
        Assert.Contains(words, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_or_a_server_it_says_what_is_needed()
    {
        Assert.Contains("--server", (await Terminal.OiAsync("worker")).Error, StringComparison.Ordinal);
        Assert.Contains("oi workers create", (await Terminal.OiAsync("worker", "--server", "http://127.0.0.1:9")).Error, StringComparison.Ordinal);
    }

    private static async Task<T> WithKeyAsync<T>(UnixFileMode mode, string key, Func<string, Task<T>> work)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, key);
            File.SetUnixFileMode(file, mode);
            return await work(file);
        }
        finally
        {
            File.Delete(file);
        }
    }
}

namespace OpenInteractions.Cli.Tests;

public sealed class SandboxesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("openinteractions-systems-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task What_was_built_is_listed_from_the_data_directory()
    {
        var system = Directory.CreateDirectory(Path.Combine(_root.FullName, "sandboxes", "systems", "20260101-000000"));
        await File.WriteAllTextAsync(
            Path.Combine(system.FullName, "manifest.json"),
            """{"id":"20260101-000000","built":"2026-01-01T00:03:00Z","suite":"bookworm","sources":[],"bytes":1600000000,"seconds":180,"packages":{"bash":"5.2","git":"2.39"}}""");

        var list = await Terminal.OiAsync("sandboxes", "list", "--data-dir", _root.FullName);

        Assert.Equal(0, list.Code);
        Assert.Contains(list.Rows, row => row is ["20260101-000000", .., "bookworm", "2", "1600"]);
        Assert.Equal(["ID", "BUILT", "SUITE", "PACKAGES", "MB"], Assert.Single((await Terminal.OiAsync("sandboxes", "list", "--directory", Path.Combine(_root.FullName, "none"))).Rows));
    }

    [Theory]
    [InlineData("--mirror", "x", "--package", "-x")]
    [InlineData("--minimal", "--package", "a b")]
    public async Task A_build_of_something_strange_is_refused_in_one_line(params string[] options)
    {
        var build = await Terminal.OiAsync([.. (string[])["sandboxes", "build"], "--data-dir", _root.FullName, "--suite", "bookworm", .. options]);

        Assert.NotEqual(0, build.Code);
        Assert.Empty(_root.EnumerateFileSystemInfos());
    }
}

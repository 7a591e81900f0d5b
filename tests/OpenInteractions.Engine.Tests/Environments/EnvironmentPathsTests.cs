using OpenInteractions.Engine.Environments;

namespace OpenInteractions.Engine.Tests.Environments;

/// <summary>Where sources may go (behaviour EN-3, EN-15).</summary>
public sealed class EnvironmentPathsTests
{
    [Theory]
    [InlineData("data/a.txt", "/workspace/data/a.txt")]
    [InlineData("./data//a.txt", "/workspace/data/a.txt")]
    [InlineData("/workspace", "/workspace")]
    [InlineData("/workspace/data", "/workspace/data")]
    [InlineData("/home/agent/.config/x", "/home/agent/.config/x")]
    [InlineData("/.agents/skills", "/.agents/skills")]
    [InlineData("/tmp/x", "/tmp/x")]
    [InlineData("/var/tmp/x", "/var/tmp/x")]
    public void A_target_is_absolute_or_below_the_workspace(string target, string path) => Assert.Equal(path, EnvironmentPaths.Target(target, out _));

    [Theory]
    [InlineData("/", "it may not be '/'")]
    [InlineData("//.", "it may not be '/'")]
    [InlineData("/a.txt", "only '/workspace', '/home/agent', '/.agents', '/tmp', '/var/tmp'")]
    [InlineData("/workspaces/x", "not to be written to")]
    [InlineData("/usr/bin/python3", "not to be written to")]
    [InlineData("/etc/passwd", "not to be written to")]
    [InlineData("/home/other", "not to be written to")]
    [InlineData("/var/lib/x", "not to be written to")]
    [InlineData("../x", "'..'")]
    [InlineData("/workspace/../etc", "'..'")]
    public void A_target_that_nothing_can_be_written_to_is_refused_with_the_places_that_can(string target, string fault)
    {
        Assert.Null(EnvironmentPaths.Target(target, out var said));
        Assert.Contains(fault, said, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Text;
using OpenInteractions.Testing;

namespace OpenInteractions.Cli.Tests;

public sealed class DoctorTests(LocalServer server) : IClassFixture<LocalServer>
{
    [Fact]
    public async Task A_server_says_that_it_works_and_what_its_sandboxes_enforce()
    {
        var run = await Terminal.OiAsync("doctor", "--url", server.Url);

        Assert.StartsWith("server: ready\n", run.Output, StringComparison.Ordinal);
        var sandboxes = Assert.Single(run.Output.Split('\n'), line => line.StartsWith("sandboxes: ", StringComparison.Ordinal));
        if (sandboxes.StartsWith("sandboxes: none", StringComparison.Ordinal))
        {
            return; // and why stands behind it
        }

        // The walls that nobody can do without are tried, each with what was found.
        Assert.Equal(sandboxes == "sandboxes: refused" ? 1 : 0, run.Code);
        Assert.Contains(run.Rows, row => row is ["CHECK", "STATE", "FINDING", "REMEDY"]);
        foreach (var wall in (string[])["uid", "capabilities", "seccomp", "network", "files"])
        {
            Assert.Contains(run.Rows, row => row.Length > 2 && row[0] == wall);
        }
    }

    [Theory]
    [InlineData("""{"status":"ready","degraded":["the disk is \u001b[31mfull"],"sandboxes":{"state":"refused","checks":[{"name":"uid","state":"missing","finding":"no","remedy":"do it"}]}}""", 1, "server: ready\n  the disk is  [31mfull\nsandboxes: refused\nCHECK  STATE    FINDING  REMEDY\nuid    missing  no       do it\n")]
    [InlineData("""{"status":"ready","degraded":[],"sandboxes":{"state":"none","why":"turned off"}}""", 0, "server: ready\nsandboxes: none: turned off\n")]
    [InlineData("""{"status":"ready","degraded":[]}""", 0, "server: ready\n")]
    public async Task What_is_refused_ends_with_one_and_nothing_steers_the_terminal(string ready, int code, string output)
    {
        using var listener = new HttpListener();
        var port = TestPorts.Next();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var answering = Task.Run(async () =>
        {
            var context = await listener.GetContextAsync();
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(ready));
            context.Response.Close();
            return context.Request.RawUrl;
        });

        var run = await Terminal.OiAsync("doctor", "--url", $"http://127.0.0.1:{port}");

        Assert.Equal("/readyz?try=sandboxes", await answering);
        Assert.Equal((code, output), (run.Code, run.Output));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_in_one_line()
    {
        var run = await Terminal.OiAsync("doctor", "--url", $"http://127.0.0.1:{TestPorts.Next()}");

        Assert.Equal(1, run.Code);
        Assert.Contains("cannot be reached", Assert.Single(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}

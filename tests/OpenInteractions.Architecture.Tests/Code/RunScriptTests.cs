using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OpenInteractions.Architecture.Tests.Code;

/// <summary>What <c>./run</c> finds out before it builds.</summary>
public sealed class RunScriptTests
{
    [Theory]
    [InlineData("--urls", "http://127.0.0.1:{0}")]
    [InlineData("--urls=http://localhost:{0}")]
    [InlineData("--data-dir", "nowhere", "--urls", "http://127.0.0.1:0;http://0.0.0.0:{0}")]
    public async Task A_port_that_is_taken_is_told_before_anything_is_built(params string[] args)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var tools = Directory.CreateTempSubdirectory("openinteractions-run-");
        try
        {
            // A dotnet that builds nothing and tells that it was asked.
            var dotnet = Path.Combine(tools.FullName, "dotnet");
            await File.WriteAllTextAsync(dotnet, "#!/bin/sh\necho asked >&2\nexit 7\n");
            File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "run"), .. args.Select(a => a.Replace("{0}", $"{port}", StringComparison.Ordinal))])
            {
                RedirectStandardError = true,
                Environment = { ["PATH"] = $"{tools.FullName}:{Environment.GetEnvironmentVariable("PATH")}" },
            };

            using var run = Process.Start(start)!;
            var said = await run.StandardError.ReadToEndAsync();
            await run.WaitForExitAsync();

            Assert.Equal(1, run.ExitCode);
            Assert.Contains("Another process listens on", Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        }
        finally
        {
            tools.Delete(recursive: true);
        }
    }
}

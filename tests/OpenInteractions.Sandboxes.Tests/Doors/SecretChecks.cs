using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Sandboxes.Egress.Secrets;
using OpenInteractions.Sandboxes.Tests.Egress;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Doors;

/// <summary>What is sent for a sandbox, and never seen in it.</summary>
internal static class SecretChecks
{
    private const string Header = "hush-header-5f1c9a", Token = "hush-token-77ab20", Value = "hush-value-c3d4e5";

    public static IReadOnlyList<DoorCheck> All { get; } =
    [
        new("headers and credentials are added outside, and seen nowhere inside", async s =>
        {
            s.Rig.Secrets["tok"] = new HeaderSecret("Authorization", "Bearer", Token);
            s.Rig.Answer = (request, stream) => EgressRig.Write(stream, $"HTTP/1.1 200 OK\r\nX-Echo: {Header}\r\nContent-Length: {request.Length}\r\n\r\n{request}"); // a server that shows all
            var room = await s.EnterAsync(Rules([], Entry("api.example.com", ("X-Key", Header)) with { Credential = "tok" }));
            // The secrets are written in two halves: what looks for them must not find itself.
            var program = $$"""
                import urllib.request as u, os, subprocess, glob
                hush = [a + b for a, b in (('hush-', '{{Header[5..]}}'), ('hush-', '{{Token[5..]}}'))]
                answer = u.urlopen('https://api.example.com/x'); seen = (answer.read() + str(answer.headers).encode()).decode()
                curl = subprocess.run(['curl', '-sSi', 'https://api.example.com/y'], capture_output=True).stdout.decode()
                print('api.example.com' in seen and 'api.example.com' in curl)
                for h in hush:
                    print(h in seen, h in curl, h in str(os.environ))
                found = 0
                for f in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline') + glob.glob('/proc/1/maps'):
                    try: text = open(f, 'rb').read()
                    except OSError: continue
                    found += any(h.encode() in text for h in hush) and '/proc/%d/' % os.getpid() not in f
                for top in '/home', '/workspace', '/tmp', '/var', '/run', '/etc', '/dev/shm', '/opt':
                    for d, _, fs in os.walk(top):
                        for f in fs:
                            try:
                                if os.path.isfile(d + '/' + f): found += any(h.encode() in open(d + '/' + f, 'rb').read() for h in hush)
                            except OSError: pass
                print(found)
                """;
            var finished = await room.PythonAsync(program, 60);
            Assert.Equal("True\nFalse False False\nFalse False False\n0\n", finished.Output + finished.Error);
            Assert.Equal(2, s.Rig.Requests.Count(r => r.Contains($"X-Key: {Header}", StringComparison.Ordinal) && r.Contains($"Authorization: Bearer {Token}", StringComparison.Ordinal)));
            Assert.DoesNotContain(s.Rig.Log.Lines, l => l.Contains("hush-", StringComparison.Ordinal));
            await s.Rig.Log.SeenAsync("credentials [tok]", "/y 200");
        }),
        new("the memory of a command has none of it", async s =>
        {
            s.Rig.Secrets["tok"] = new HeaderSecret("Authorization", "Bearer", Token);
            s.Rig.Answer = (request, stream) => EgressRig.Write(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {request.Length}\r\n\r\n{request}");
            var room = await s.EnterAsync(Rules([], new AllowlistEntry { Domain = "api.example.com", Credential = "tok" }));
            // The needle is its own bytes plus one, so that it stands nowhere but where it was leaked.
            var shifted = string.Join(",", Token.Select(c => c + 1));
            var program = $$"""
                import urllib.request as u, re
                body = u.urlopen('https://api.example.com/x').read()
                shifted = bytes([{{shifted}}])
                count = 0
                with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as mem:
                    for line in maps:
                        m = re.match(r'([0-9a-f]+)-([0-9a-f]+) rw', line)
                        if not m: continue
                        start, end = int(m[1], 16), int(m[2], 16)
                        try:
                            mem.seek(start); data = mem.read(end - start)
                        except OSError: continue
                        at = data.find(bytes([c - 1 for c in shifted[:4]]))
                        while at >= 0:
                            count += all(data[at + i] + 1 == c for i, c in enumerate(shifted) if at + i < len(data))
                            at = data.find(bytes([c - 1 for c in shifted[:4]]), at + 1)
                        del data
                print(len(body) > 50, count)
                """;
            var finished = await room.PythonAsync(program, 60);
            Assert.Equal("True 0\n", finished.Output + finished.Error);
            Assert.Contains($"Authorization: Bearer {Token}", Assert.Single(s.Rig.Requests), StringComparison.Ordinal);
        }),
        new("a variable stands for a credential, and is replaced outside alone", async s =>
        {
            s.Rig.Secrets["key.1"] = new ValueSecret(Value, SecretPlaces.Header, ["api.example.com"]);
            var room = await s.EnterAsync(Rules(["api.example.com", "other.example.com"]), ("SERVICE_KEY", "key.1"));
            Assert.Equal("__GEMINI_CRED_key.1__\n", (await room.RunAsync("echo $SERVICE_KEY")).Output);
            Assert.Equal("ok", (await room.RunAsync("curl -sS -H \"X-Key: $SERVICE_KEY\" https://api.example.com/")).Output);
            Assert.Contains($"X-Key: {Value}", Assert.Single(s.Rig.Requests), StringComparison.Ordinal);
            Assert.Equal("403 403 403 ", (await room.RunAsync("for u in \"http://other.example.com/ -H X-Key:$SERVICE_KEY\" \"https://api.example.com/?k=$SERVICE_KEY\" \"https://api.example.com/ -d $SERVICE_KEY\"; do curl -s -o /dev/null -w '%{http_code} ' $u; done")).Output);
            Assert.Single(s.Rig.Requests);
            Assert.Equal(3, s.Rig.Log.Lines.Count(l => l.StartsWith("4103 ", StringComparison.Ordinal)));
        }),
        new("a credential that another project has is not there", async s =>
        {
            s.Rig.Secrets["tok"] = new HeaderSecret("Authorization", "Bearer", Token);
            var stranger = s.Rig.Networks.Open(DoorScene.Spec(Rules([], new AllowlistEntry { Domain = "api.example.com", Credential = "tok" })) with { Project = "another" });
            await using (stranger)
            {
                await s.Engine.CreateDiskAsync("stranger", 18, 64 * 1024 * 1024, Init.Within.Time);
                await using (var sandbox = await s.Engine.StartUncheckedAsync(new SandboxSpec { Id = "stranger", Disk = "stranger", Slot = 18, Limits = Attacks.Scene.Limits, Network = stranger }, Init.Within.Time))
                {
                    Assert.Equal("403", (await new DoorRoom(sandbox, stranger).RunAsync("curl -s -o /dev/null -w '%{http_code}' https://api.example.com/")).Output);
                }

                await s.Engine.DeleteDiskAsync("stranger", Init.Within.Time);
            }

            Assert.Empty(s.Rig.Requests);
        }),
        new("new variables come with other rules, and a deleted credential is gone at the next request", async s =>
        {
            s.Rig.Secrets["b"] = new ValueSecret(Value, SecretPlaces.Header, ["api.example.com"]);
            var room = await s.EnterAsync(Rules(["api.example.com"]));
            room.Network.Replace(DoorScene.Spec(Rules(["api.example.com"]), "env", ("LATER", "b")));
            Assert.Equal("ok", (await room.RunAsync("curl -sS -H \"X-Key: $LATER\" https://api.example.com/")).Output);
            s.Rig.Secrets.Clear();
            Assert.NotEqual("ok", (await room.RunAsync("curl -sSk -H \"X-Key: $LATER\" http://api.example.com/")).Output);
            Assert.Single(s.Rig.Requests);
        }),
    ];
}

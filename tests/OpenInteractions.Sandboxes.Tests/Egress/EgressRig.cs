using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>
/// An environment's way out in a world of its own: names answer as the test says, and whatever address the guard connects to is a server on loopback, which speaks TLS
/// when port 443 was asked for.
/// </summary>
internal sealed class EgressRig : IEgressSecrets, IProjectSecrets, IEgressAudit, IAsyncDisposable
{
    public const string Public = "93.184.216.34";

    private readonly TcpListener _upstream = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _gone = new();
    private readonly ConcurrentDictionary<string, Queue<string[]>> _names = new();
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly ConcurrentQueue<IPEndPoint> _dialled = [];
    private readonly ConcurrentQueue<EgressRecord> _records = [];
    private readonly SemaphoreSlim _recorded = new(0);
    private readonly SemaphoreSlim _requested = new(0);
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _leaf;
    private readonly SemaphoreSlim _dialling = new(1);

    public EgressRig(StringOr<NetworkRules>? rules = null, EgressOptions? options = null, TimeProvider? time = null, params string[] placeholders)
    {
        (_root, _leaf) = Certificates();
        _upstream.Start();
        Options = options ?? new EgressOptions();
        Networks = new SandboxNetworks(NewGuard(), Microsoft.Extensions.Options.Options.Create(Options), this, time ?? TimeProvider.System, Instruments, Log) { Roots = [_root] };
        var world = new EgressWorld(NewGuard(), Options, this, time ?? TimeProvider.System) { Roots = [_root] };
        Environment = new EgressEnvironment(world, EgressPolicy.From(rules, Options), this) { Placeholders = placeholders.ToHashSet() };
    }

    public EgressOptions Options { get; }

    /// <summary>Ways out for sandboxes, in the same world. Credentials are those of <see cref="Project"/>.</summary>
    public SandboxNetworks Networks { get; }

    public ListLog Log { get; } = new();

    public EgressInstruments Instruments { get; } = new();

    public const string Project = "the-project";

    /// <summary>Fires at the end of the test.</summary>
    public CancellationToken Gone => _gone.Token;

    public EgressEnvironment Environment { get; }

    /// <summary>Answers a request: gets its head and body and writes what it likes.</summary>
    public Func<string, Stream, Task> Answer { get; set; } = (_, stream) => Write(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    public Dictionary<string, EgressSecret> Secrets { get; } = [];

    public IReadOnlyCollection<string> Requests => _requests;

    public IReadOnlyCollection<IPEndPoint> Dialled => _dialled;

    public IReadOnlyCollection<EgressRecord> Records => _records;

    public string AuthorityPem => Environment.Authority.Pem;

    /// <summary>What a name answers: one list for each time that it is asked, the last one from then on.</summary>
    public void Name(string host, params string[][] answers) => _names[host] = new Queue<string[]>(answers);

    public ValueTask<EgressSecret?> FindAsync(string credentialId, CancellationToken cancellationToken) => ValueTask.FromResult(Secrets.GetValueOrDefault(credentialId));

    ValueTask<EgressSecret?> IProjectSecrets.FindAsync(string project, string credentialId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(project == Project ? Secrets.GetValueOrDefault(credentialId) : null);

    public void Record(EgressRecord record)
    {
        _records.Enqueue(record);
        _recorded.Release();
    }

    /// <summary>Completes when one more request has arrived outside.</summary>
    public Task RequestAsync() => _requested.WaitAsync(Within.Time);

    public async Task<EgressRecord> NextRecordAsync()
    {
        await _recorded.WaitAsync(Within.Time);
        return _records.ToArray()[^1];
    }

    /// <summary>A connection from inside.</summary>
    public async Task<Inside> ConnectAsync(EgressOrigin? origin = null)
    {
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(door.LocalEndpoint);
        var served = Environment.ServeAsync(new NetworkStream(await door.AcceptSocketAsync(), ownsSocket: true), origin ?? EgressOrigin.Proxy, _gone.Token);
        _tasks.Add(served);
        return new Inside(new NetworkStream(socket, ownsSocket: true), served);
    }

    /// <summary>The address inside of a name, and a connection to it.</summary>
    public Task<Inside> ConnectToNameAsync(string name, int port = 443) =>
        ConnectAsync(EgressOrigin.Transparent(DnsAnswersTests.Address(Environment.AnswerName(DnsAnswersTests.Query(name, 1))!), port));

    /// <summary>Sends a request through the proxy's door and reads the answer to its end.</summary>
    public async Task<string> AskAsync(string request, EgressOrigin? origin = null)
    {
        using var inside = await ConnectAsync(origin);
        await inside.SendAsync(request);
        inside.EndSending();
        return await inside.ReadAllAsync();
    }

    /// <summary>The proxy's door as a port, for programs.</summary>
    public int OpenDoor()
    {
        var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        _tasks.Add(Accept());
        return ((IPEndPoint)door.LocalEndpoint).Port;

        async Task Accept()
        {
            try
            {
                while (true)
                {
                    _tasks.Add(Environment.ServeAsync(new NetworkStream(await door.AcceptSocketAsync(_gone.Token), ownsSocket: true), EgressOrigin.Proxy, _gone.Token));
                }
            }
            catch (OperationCanceledException)
            {
                door.Dispose();
            }
        }
    }

    public static Task Write(Stream stream, string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        foreach (var task in _tasks.ToArray())
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _upstream.Dispose();
        Instruments.Dispose();
        Environment.Dispose();
        _leaf.Dispose();
        _root.Dispose();
        _gone.Dispose();
    }

    private OutboundGuard NewGuard() => new(Microsoft.Extensions.Options.Options.Create(new OutboundOptions()), ResolveAsync, DialAsync);

    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var answer = !_names.TryGetValue(host, out var answers) ? [Public] : answers.Count > 1 ? answers.Dequeue() : answers.Peek();
        return Task.FromResult(answer.Select(IPAddress.Parse).ToArray());
    }

    private async Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        // One after the other, so that what is accepted is what was dialled.
        await _dialling.WaitAsync(cancellationToken);
        try
        {
            _dialled.Enqueue(address);
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            var accepting = _upstream.AcceptSocketAsync(_gone.Token);
            // Whoever has lost interest meanwhile must not leave an accept behind: it would take the next one's connection, and that one would wait for ever.
            await socket.ConnectAsync(_upstream.LocalEndpoint, _gone.Token);
            _tasks.Add(ServeAsync(await accepting, address.Port == 443));
            return new NetworkStream(socket, ownsSocket: true);
        }
        finally
        {
            _dialling.Release();
        }
    }

    private async Task ServeAsync(Socket socket, bool tls)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            if (tls)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _leaf, ApplicationProtocols = [SslApplicationProtocol.Http11] }, _gone.Token);
            }

            var request = await Inside.ReadMessageAsync(stream, _gone.Token);
            if (request.Length > 0)
            {
                _requests.Enqueue(request);
                _requested.Release();
                await Answer(request, stream);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException or SocketException or ObjectDisposedException)
        {
            // Cut, as many of the tests want it.
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private static (X509Certificate2 Root, X509Certificate2 Leaf) Certificates()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=outside", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var root = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(5));
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=outside host", leafKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("api.example.com");
        names.AddDnsName("other.example.com");
        leaf.CertificateExtensions.Add(names.Build());
        using var bare = leaf.Create(root, now.AddDays(-1), now.AddDays(2), [1, 2, 3]);
        return (root, bare.CopyWithPrivateKey(leafKey));
    }
}

/// <summary>A connection as a program in the sandbox has it.</summary>
internal sealed class Inside(Stream stream, Task served) : IDisposable
{
    public Stream Stream => stream;

    /// <summary>Completes when the gateway has let go.</summary>
    public Task Served => served;

    public Task SendAsync(string text) => stream.WriteAsync(Encoding.Latin1.GetBytes(text), Within.Time).AsTask();

    public void EndSending() => ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);

    public async Task<string> ReadAllAsync()
    {
        var all = new MemoryStream();
        try
        {
            await stream.CopyToAsync(all, Within.Time);
        }
        catch (IOException)
        {
            // Reset: what came before it counts.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    public Task<string> ReadMessageAsync() => ReadMessageAsync(stream, Within.Time);

    /// <summary>Completes when the gateway lets go.</summary>
    public async Task<Inside> CutAsync()
    {
        await served.WaitAsync(TimeSpan.FromSeconds(30));
        return this;
    }

    /// <summary>Speaks TLS from here on, as a client that trusts one authority.</summary>
    public async Task<SslStream> SecureAsync(string name, string? pem)
    {
        var tls = new SslStream(stream);
        var options = new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = [SslApplicationProtocol.Http11] };
        if (pem is null)
        {
            options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null; // what is presented is what the test looks at
        }
        else
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(pem));
        }

        await tls.AuthenticateAsClientAsync(options, Within.Time);
        return tls;
    }

    /// <summary>Reads one message: head, and as much body as it says. Byte by byte: what follows stays.</summary>
    public static async Task<string> ReadMessageAsync(Stream stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (!await NextAsync())
            {
                return text.ToString();
            }
        }

        var head = text.ToString();
        var length = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        var isChunked = head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase);
        for (var left = length is null ? 0 : int.Parse(length[15..], System.Globalization.CultureInfo.InvariantCulture); left > 0 && await NextAsync(); left--)
        {
        }

        while (isChunked && !text.ToString().EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) && await NextAsync())
        {
        }

        return text.ToString();

        async Task<bool> NextAsync()
        {
            var one = new byte[1];
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                return false;
            }

            text.Append((char)one[0]);
            return true;
        }
    }

    public void Dispose() => stream.Dispose();
}

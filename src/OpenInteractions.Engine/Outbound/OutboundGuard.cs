using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Engine.Outbound;

/// <summary>
/// The one way out for requests that a caller can steer (design 8). A name is resolved once, every address is checked, and the connection goes to a
/// checked one: a name that answers differently the second time is never asked a second time. What is not public is refused, unless the operator
/// lists its network (<see cref="OutboundOptions.AllowedNetworks"/>).
/// </summary>
public sealed class OutboundGuard
{
    /// <summary>Longest address that is taken.</summary>
    public const int MaxUrlLength = 2048;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookUpPatience = TimeSpan.FromSeconds(2);
    private static readonly string[] InsideZones = [".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home"];

    private readonly IPNetwork[] _allowed;
    private readonly ResolveHost _resolve;
    private readonly Dial _dial;
    private readonly Uri? _trusted;

    /// <summary>A guard over the system's resolver.</summary>
    public OutboundGuard(IOptions<OutboundOptions> options)
        : this(options, Dns.GetHostAddressesAsync, DialAsync)
    {
    }

    internal OutboundGuard(IOptions<OutboundOptions> options, ResolveHost resolve, Dial dial)
    {
        ArgumentNullException.ThrowIfNull(options);
        _allowed = [.. options.Value.AllowedNetworks.Select(n => IPNetwork.Parse(n))];
        _resolve = resolve;
        _dial = dial;
    }

    private OutboundGuard(OutboundGuard other, Uri trusted) => (_allowed, _resolve, _dial, _trusted) = (other._allowed, other._resolve, other._dial, trusted);

    internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellationToken);

    internal delegate Task<Stream> Dial(IPEndPoint address, CancellationToken cancellationToken);

    /// <summary>The same guard for requests to an address of the operator's own, which may be private: its host and port are reached wherever they lead, and nothing else is.</summary>
    /// <param name="origin">An address from the configuration, never from a caller.</param>
    public OutboundGuard Trusting(Uri origin) => new(this, origin);

    /// <summary>Checks an address of a request as far as that goes without asking anybody. What it leads to is checked when a connection is made.</summary>
    /// <param name="url">The address.</param>
    /// <param name="field">Its place in the request, for the error.</param>
    /// <exception cref="ApiException">It will never be reached; the message says why.</exception>
    public Uri Require(string url, string field)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Length > MaxUrlLength)
        {
            throw Wrong(field, $"an address has at most {MaxUrlLength} characters");
        }

        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            throw Wrong(field, "it must be an absolute http or https address");
        }

        return FaultOf(uri) is { } fault ? throw Wrong(field, fault) : uri;
    }

    /// <summary>Why an address will never be reached; null when it may be.</summary>
    public string? FaultOf(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.IdnHost.Length == 0)
        {
            return "it must be an absolute http or https address";
        }

        if (uri.UserInfo.Length > 0)
        {
            return "it must hold no user name or password; send credentials as headers";
        }

        return HostName.Read(uri.IdnHost) switch
        {
            { IsValid: false } => "its host is neither a name nor an address in the usual form",
            { Address: { } address } when !IsAllowed(address) && !IsTrusted(uri.IdnHost, uri.Port) => NotPublic,
            _ => null,
        };
    }

    /// <summary>
    /// Why an address must not be given to somebody else to fetch, such as a model's server that may stand in this network; null when it may. Names are looked up here: one that leads to no
    /// public address, or is known inside only, is refused. One that nobody here knows is left to whoever fetches it.
    /// </summary>
    public async ValueTask<string?> FindFaultAsync(Uri uri, CancellationToken cancellationToken)
    {
        if (FaultOf(uri) is { } fault)
        {
            return fault;
        }

        var host = HostName.Read(uri.IdnHost);
        if (host.Address is not null || IsTrusted(uri.IdnHost, uri.Port))
        {
            return null;
        }

        if (!(await LookUpAsync(host.Name, cancellationToken) is [_, ..] addresses))
        {
            return IsInside(host.Name) ? NotPublic : null;
        }

        return addresses.All(IsAllowed) ? null : NotPublic;
    }

    // Names without a dot, and those that are never public (RFC 6761, 6762, 8375, and 'internal', which clouds use for their metadata).
    private static bool IsInside(string name)
    {
        var plain = name.TrimEnd('.');
        return !plain.Contains('.') || InsideZones.Any(zone => plain.EndsWith(zone, StringComparison.OrdinalIgnoreCase));
    }

    private async Task<IPAddress[]> LookUpAsync(string name, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(LookUpPatience);
        try
        {
            return await _resolve(name, late.Token);
        }
        catch (Exception exception) when (exception is SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [];
        }
    }

    /// <summary>
    /// A handler whose requests all pass this guard. It takes no proxy from the environment, keeps no cookies, and follows redirects one by one
    /// through the same checks.
    /// </summary>
    public HttpMessageHandler NewHandler() => new GuardedHandler(this, new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = ConnectTimeout,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, refuses: null, cancellationToken),
        ActivityHeadersPropagator = null, // trace ids are this installation's own
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows DNS changes, each through the checks
    });

    private const string NotPublic =
        "it leads to no public address. Callers reach public addresses only, and networks that the operator lists in " + OutboundOptions.Section + ":" + nameof(OutboundOptions.AllowedNetworks);

    /// <summary>A connection for what is no request of this server's own. It is checked as those of <see cref="NewHandler"/> are.</summary>
    /// <param name="host">A name, or an address in the usual form.</param>
    /// <param name="port">The port.</param>
    /// <param name="refuses">Says of an address, before it is connected to, that it is refused beside what the guard refuses; null for none.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="OutboundRefusedException">It leads to no public address, or nowhere.</exception>
    /// <exception cref="SocketException">Nobody answers.</exception>
    /// <exception cref="TimeoutException">Nobody answers in time.</exception>
    public async Task<Stream> ConnectAsync(string host, int port, Func<IPAddress, bool>? refuses, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(ConnectTimeout);
        try
        {
            return await ConnectAsync(new DnsEndPoint(host, port), refuses, late.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Nobody answered within {ConnectTimeout}.");
        }
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, Func<IPAddress, bool>? refuses, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(target.Host, cancellationToken);

        // A name that leads to both is refused as a whole: which one is reached would be a matter of chance, or of patience.
        if (addresses.Length == 0 || !(IsTrusted(target.Host, target.Port) || addresses.All(IsAllowed)) || (refuses is not null && addresses.Any(a => refuses(PublicAddress.Plain(a)))))
        {
            throw new OutboundRefusedException($"The address of '{target.Host}' was refused: {NotPublic}.");
        }

        for (var i = 0; ; i++)
        {
            try
            {
                return await _dial(new IPEndPoint(PublicAddress.Plain(addresses[i]), target.Port), cancellationToken);
            }
            catch (SocketException) when (i < addresses.Length - 1)
            {
                // The next address of the same name may answer.
            }
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var read = HostName.Read(host);
        if (!read.IsValid)
        {
            return [];
        }

        if (read.Address is { } address)
        {
            return [address];
        }

        try
        {
            return await _resolve(read.Name, cancellationToken);
        }
        catch (SocketException)
        {
            return []; // told in the same words as a private address: which names exist inside is nobody's business
        }
    }

    private bool IsTrusted(string host, int port) => _trusted is not null && port == _trusted.Port && host.Trim('[', ']').Equals(_trusted.IdnHost.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);

    private bool IsAllowed(IPAddress address)
    {
        var plain = PublicAddress.Plain(address);
        return PublicAddress.IsPublic(plain) || _allowed.Any(n => n.Contains(plain));
    }

    private static async Task<Stream> DialAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static ApiException Wrong(string field, string fault) => new(ErrorCode.InvalidRequest, $"Invalid address in '{field}': {fault}.", field);
}

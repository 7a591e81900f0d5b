using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress.Http;
using OpenInteractions.Sandboxes.Egress.Secrets;
using OpenInteractions.Sandboxes.Egress.Tls;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>Where all requests of a connection have to go.</summary>
internal sealed record EgressTarget(CanonicalHost Host, int Port, bool IsTls);

/// <summary>
/// One connection of a sandbox: which door it came through says what it has to speak. Requests are served by <see cref="HttpDoor"/>; here is what stands around them:
/// tunnels and TLS.
/// </summary>
internal sealed class EgressConnection(EgressEnvironment environment, EgressOrigin origin)
{
    private EgressOptions Options => environment.World.Options;

    public EgressEnvironment Environment => environment;

    public async Task ServeAsync(Stream client, CancellationToken cancellationToken)
    {
        if (!environment.Budget.TryEnter() || environment.Budget.IsSpent)
        {
            if (environment.Budget.IsSpent)
            {
                environment.Budget.Leave();
            }

            await RefuseAllAsync(client, environment.Budget.IsSpent ? "the environment has used all its bytes" : $"the environment has {Options.MaxConnections} connections already", cancellationToken);
            return;
        }

        using var patience = new Patience(Options.IdleTimeout, environment.World.Time, cancellationToken);
        var stream = new ClientStream(client, environment.Budget, patience);
        try
        {
            await ServeDoorAsync(stream, patience);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or AuthenticationException or System.Net.Sockets.SocketException)
        {
            // One of the ends has gone, or does not trust the other one. What there was to record is recorded.
            if (e is not AuthenticationException)
            {
                stream.Abort(); // a handshake that fails says why in its last words
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time is over, or the rule is gone.
            stream.Abort();
        }
        finally
        {
            environment.Budget.Leave();
            await client.DisposeAsync();
        }
    }

    /// <summary>Connects, within the time for that.</summary>
    public async Task<Stream> DialAsync(CanonicalHost host, int port, bool tls, Action<IPAddress?> connected, CancellationToken cancellationToken)
    {
        using var time = new Patience(Options.ConnectTimeout, environment.World.Time, cancellationToken);
        try
        {
            var stream = await GuardedConnection.OpenAsync(environment.World.Guard, host, port, time.Token);
            connected(GuardedConnection.AddressOf(stream)?.Address);
            return tls ? await SecureAsync(stream, host, time.Token) : stream;
        }
        catch (OperationCanceledException) when (time.IsOver)
        {
            throw new EgressUnreachableException($"'{host.Name}' does not answer on port {port}");
        }
    }

    /// <summary>Passes bytes in both directions until both have ended.</summary>
    private static async Task TunnelAsync(ClientStream client, Stream upstream, Patience patience, CancellationToken cut)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cut);
        patience.UntilIdle();
        var directions = new[] { CopyAsync(client, upstream, both), CopyAsync(upstream, client, both) };
        await Task.WhenAll(directions);
    }

    /// <summary>Serves TLS towards a host: passes it on untouched, or ends it to serve what is inside.</summary>
    public async Task ServeTlsAsync(ClientStream client, CanonicalHost host, int port, Patience patience)
    {
        var note = new EgressNote(environment, client, "CONNECT") { Host = host.Name, Port = port };
        ClientHello hello;
        Grant? entered = null;
        try
        {
            patience.AtMost(Options.ConnectTimeout);
            hello = await ClientHello.ReadAsync(client, patience.Token);
            entered = EnterTls(host, port, hello);
            note.Rule = entered.Rule;
        }
        catch (Exception e) when (e is HttpFaultException or EgressRefusedException)
        {
            note.Refuse(e);
            await client.WriteAsync(AccessDenied, patience.Token);
            return;
        }

        using var grant = entered;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, grant.Cut);
        if (await EndsTlsAsync(grant, linked.Token))
        {
            client.Unread(hello.Bytes);
            await ServeInsideAsync(client, new EgressTarget(host, port, IsTls: true), patience, grant);
            return;
        }

        if (hello.HidesName && !grant.Rule.Hosts.IsAll)
        {
            note.Refuse(new EgressRefusedException($"the TLS handshake hides the name of its server, which rule '{grant.Rule}' cannot see. Switch encrypted ClientHello off"));
            await client.WriteAsync(AccessDenied, patience.Token);
            return;
        }

        client.Unread(hello.Bytes);
        await TunnelToAsync(client, grant, port, patience, note);
    }

    /// <summary>Connects and passes on what is not looked into.</summary>
    public async Task TunnelToAsync(ClientStream client, Grant grant, int port, Patience patience, EgressNote note, Func<Task>? connected = null)
    {
        try
        {
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, grant.Cut);
            await using var upstream = await DialAsync(grant.Host, port, tls: false, address => note.Address = address, linked.Token);
            if (connected is not null)
            {
                await connected();
            }

            await TunnelAsync(client, upstream, patience, grant.Cut);
            note.Allow(200);
        }
        catch (EgressUnreachableException e)
        {
            note.Fail(502, e.Message);
            throw new IOException(e.Message);
        }
        catch (EgressRefusedException e)
        {
            note.Refuse(e);
            throw new IOException(e.Message);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            note.Fail(200, patience.IsOver ? "silent for too long" : grant.Cut.IsCancellationRequested ? "its rule is gone" : "cut");
            throw;
        }
    }

    private static readonly byte[] AccessDenied = [21, 3, 3, 0, 2, 2, 49]; // a fatal alert: access denied

    private async Task ServeDoorAsync(ClientStream stream, Patience patience)
    {
        if (origin.Address is null)
        {
            await new HttpDoor(this, target: null, isProxy: true).ServeAsync(stream, stream, patience, CancellationToken.None);
            return;
        }

        if (origin.Port == 80)
        {
            await new HttpDoor(this, target: null, isProxy: false).ServeAsync(stream, stream, patience, CancellationToken.None);
            return;
        }

        if (environment.NameOf(origin.Address) is not { } name || CanonicalHost.Read(name, out _) is not { } host)
        {
            new EgressNote(environment, stream, "CONNECT") { Host = origin.Address.ToString(), Port = origin.Port }.Refuse(new EgressRefusedException($"{origin.Address} stands for no name"));
            return;
        }

        await ServeTlsAsync(stream, host, origin.Port, patience);
    }

    private Grant EnterTls(CanonicalHost host, int port, ClientHello hello)
    {
        // Clients do not name addresses. A rule that lists one has said so itself.
        if (hello.ServerName is null && host.Address is null)
        {
            throw new EgressRefusedException("the TLS handshake names no server");
        }

        if (hello.ServerName is { } name && CanonicalHost.Read(name, out _) != host)
        {
            throw new EgressRefusedException($"the TLS handshake asks for another server than '{host.Name}', which was connected to");
        }

        return Enter(host, port);
    }

    /// <summary>Leave for a host and port.</summary>
    /// <exception cref="EgressRefusedException">There is none.</exception>
    public Grant Enter(CanonicalHost host, int port)
    {
        if (!Options.IsPort(host, port))
        {
            throw new EgressRefusedException($"port {port} of '{host.Name}' is not open. Ports 80 and 443 are, and what the operator lists in {EgressOptions.Section}:{nameof(EgressOptions.Ports)}");
        }

        return environment.Enter(host) ?? throw new EgressRefusedException(!Options.IsUnderCeiling(host)
            ? $"the operator of this server does not let sandboxes reach '{host.Name}' ({EgressOptions.Section}:{nameof(EgressOptions.Ceiling)})"
            : $"no rule of this environment's network allows '{host.Name}'");
    }

    private async Task<bool> EndsTlsAsync(Grant grant, CancellationToken cancellationToken)
    {
        if (grant.Rule.ChangesRequests)
        {
            return true;
        }

        // A placeholder is replaced in what can be seen only.
        foreach (var id in environment.Placeholders)
        {
            if (await environment.World.Secrets.FindAsync(id, cancellationToken) is ValueSecret secret && secret.Trusts(grant.Host))
            {
                return true;
            }
        }

        return false;
    }

    private async Task ServeInsideAsync(ClientStream client, EgressTarget target, Patience patience, Grant grant)
    {
        await using var tls = new SslStream(client, leaveInnerStreamOpen: true);
        using (var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, grant.Cut))
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = environment.Authority.For(target.Host),
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                    AllowRenegotiation = false,
                },
                linked.Token);
        }

        await new HttpDoor(this, target, isProxy: false).ServeAsync(tls, client, patience, grant.Cut);
        await tls.ShutdownAsync(); // so that the other end knows that nothing was cut off
    }

    private async Task<Stream> SecureAsync(Stream stream, CanonicalHost host, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = host.Name,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            };
            if (environment.World.Roots is { } roots)
            {
                options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
            }

            await tls.AuthenticateAsClientAsync(options, cancellationToken);
            return tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync();
            if (e is AuthenticationException or IOException)
            {
                throw new EgressUnreachableException($"'{host.Name}' has no certificate that this server trusts, or does not speak TLS");
            }

            throw;
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationTokenSource both)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReadAsync(buffer, both.Token) is > 0 and var read)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), both.Token);
            }

            await HalfClose.CompleteAsync(to, both.Token);
        }
        catch
        {
            await both.CancelAsync(); // one direction alone would wait for ever
            throw;
        }
    }

    private async Task RefuseAllAsync(Stream client, string reason, CancellationToken cancellationToken)
    {
        environment.Audit.Record(new EgressRecord { Time = environment.World.Time.GetUtcNow(), Decision = EgressDecision.Refused, Status = 503, Reason = reason, Port = origin.Port });
        try
        {
            await client.WriteAsync(origin.Port is 0 or 80 ? HttpWriter.Answer(503, $"Egress refused: {reason}.", close: true) : AccessDenied, cancellationToken);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It did not wait for an answer.
        }
        finally
        {
            await client.DisposeAsync();
        }
    }
}

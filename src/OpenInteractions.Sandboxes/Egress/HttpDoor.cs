using System.Text;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress.Http;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>Serves the requests of one connection, one after the other. Each one is judged anew, and gets a connection of its own to where it goes.</summary>
/// <param name="connection">What it belongs to.</param>
/// <param name="target">Where requests have to go; null when each says it.</param>
/// <param name="isProxy">Whether requests name their target in full, and tunnels are opened.</param>
internal sealed class HttpDoor(EgressConnection connection, EgressTarget? target, bool isProxy)
{
    private const int MaxDrained = 256 * 1024;

    private EgressEnvironment Environment => connection.Environment;

    /// <param name="stream">What speaks HTTP.</param>
    /// <param name="client">What is below it.</param>
    /// <param name="patience">The connection's time.</param>
    /// <param name="cut">Ends everything.</param>
    public async Task ServeAsync(Stream stream, ClientStream client, Patience patience, CancellationToken cut)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cut);
        var reader = new HttpReader(stream);
        while (true)
        {
            patience.UntilIdle();
            var sent = client.BytesOut;
            if (!await reader.WaitAsync(linked.Token))
            {
                return;
            }

            var note = new EgressNote(Environment, client, null) { Since = sent };
            HttpHead head;
            try
            {
                patience.AtMost(Environment.World.Options.HeadTimeout);
                head = HttpHead.Request(await reader.HeadAsync(linked.Token));
                patience.UntilIdle();
            }
            catch (HttpFaultException e)
            {
                note.Refuse(e, 400);
                await stream.WriteAsync(HttpWriter.Answer(400, $"Egress refused: {e.Message}.", close: true), linked.Token);
                return;
            }
            catch (OperationCanceledException) when (patience.IsOver)
            {
                note.Refuse(new EgressRefusedException("the head of a request did not come in time"), 408);
                throw;
            }

            reader.Begin(head.Body);
            (note.Method, var isTunnel) = (head.Method, isProxy && head.Method == "CONNECT");
            if (isTunnel)
            {
                await OpenTunnelAsync(head, reader, client, patience, note);
                return;
            }

            if (!await ServeOneAsync(head, reader, stream, note, patience, linked.Token))
            {
                return;
            }
        }
    }

    /// <returns>Whether another request may follow.</returns>
    private async Task<bool> ServeOneAsync(HttpHead head, HttpReader reader, Stream stream, EgressNote note, Patience patience, CancellationToken cancellationToken)
    {
        var exchange = new HttpExchange(connection, head, reader, stream, note, patience);
        var keep = !head.IsVersion10 && !head.Words("Connection").Any(w => w.Equals("close", StringComparison.OrdinalIgnoreCase));
        try
        {
            var (to, pathAndQuery) = TargetOf(head);
            (note.Host, note.Port, note.Path) = (to.Host.Name, to.Port, pathAndQuery.Split('?')[0]);
            if (head.Method is "TRACE" or "CONNECT")
            {
                throw new EgressRefusedException($"{head.Method} is not passed on");
            }

            if (head.Words("Upgrade").Any(w => w.Equals("websocket", StringComparison.OrdinalIgnoreCase)))
            {
                throw new EgressRefusedException("websockets pass through tunnels only: use CONNECT, towards a host whose rule adds nothing");
            }

            using var grant = connection.Enter(to.Host, to.Port);
            note.Rule = grant.Rule;
            return await exchange.RunAsync(grant, to, pathAndQuery, keep, cancellationToken);
        }
        catch (Exception e) when (e is EgressRefusedException or EgressUnreachableException or HttpFaultException && !exchange.HasAnswered)
        {
            var status = e is EgressRefusedException ? 403 : e is EgressUnreachableException ? 502 : 400;
            var isFault = e is EgressUnreachableException;
            if (isFault)
            {
                note.Fail(status, e.Message);
            }
            else
            {
                note.Refuse(e, status);
            }

            // What is unread would be taken for the next request, or cut the answer off.
            var isRead = e is not HttpFaultException && await DrainAsync(reader, cancellationToken);
            var text = $"Egress {(isFault ? "failed" : "refused")}: {e.Message}.{(note.Rule is null ? "" : $" (rule '{note.Rule}')")}";
            await stream.WriteAsync(HttpWriter.Answer(status, text, !keep || !isRead, head.Method != "HEAD"), cancellationToken);
            return keep && isRead;
        }
        catch (Exception e)
        {
            if (e is EgressRefusedException or HttpFaultException)
            {
                note.Refuse(e);
            }

            note.Fail(exchange.Status, "cut");
            throw e is EgressRefusedException or EgressUnreachableException or HttpFaultException ? new IOException(e.Message) : e;
        }
    }

    private (EgressTarget To, string PathAndQuery) TargetOf(HttpHead head)
    {
        var (authority, path) = (head.Header("Host") ?? "", head.Target);
        if (isProxy)
        {
            if (!head.Target.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            {
                throw new HttpFaultException("a proxy's request names its target in full, as 'http://host/path'; for https use CONNECT");
            }

            var rest = head.Target[7..];
            var end = rest.IndexOfAny(['/', '?']);
            (authority, path) = end < 0 ? (rest, "/") : (rest[..end], rest[end] == '?' ? "/" + rest[end..] : rest[end..]);
        }
        else if (head.Target[0] != '/' && !(head.Target == "*" && head.Method == "OPTIONS"))
        {
            throw new HttpFaultException("the target of a request is a path");
        }

        var defaultPort = target?.IsTls == true ? 443 : 80;
        var host = CanonicalHost.ReadWithPort(authority, defaultPort, out var port, out var fault) ?? throw new EgressRefusedException($"'{Shown(authority)}' is no host: {fault}");
        if (isProxy && head.Header("Host") is { } named && (CanonicalHost.ReadWithPort(named, 80, out var namedPort, out _) != host || namedPort != port))
        {
            throw new EgressRefusedException($"the Host header names another host than the target '{host.Name}'");
        }

        if (target is not null && (host != target.Host || (port != target.Port && authority.Contains(':'))))
        {
            throw new EgressRefusedException($"the Host header names another host than '{target.Host.Name}', which was connected to");
        }

        return (target ?? new EgressTarget(host, port, IsTls: false), path);
    }

    private async Task OpenTunnelAsync(HttpHead head, HttpReader reader, ClientStream client, Patience patience, EgressNote note)
    {
        Grant? entered = null;
        try
        {
            if (!head.Body.IsNone || head.Words("Transfer-Encoding").Any())
            {
                throw new HttpFaultException("CONNECT has no body");
            }

            var host = CanonicalHost.ReadWithPort(head.Target, null, out var port, out var fault) ?? throw new EgressRefusedException($"'{Shown(head.Target)}' is no host with a port: {fault}");
            (note.Host, note.Port) = (host.Name, port);
            if (head.Header("Host") is { } named && (CanonicalHost.ReadWithPort(named, port, out var namedPort, out _) != host || namedPort != port))
            {
                throw new EgressRefusedException($"the Host header names another host than the target '{host.Name}'");
            }

            entered = connection.Enter(host, port);
            note.Rule = entered.Rule;
        }
        catch (Exception e) when (e is EgressRefusedException or HttpFaultException)
        {
            var status = e is EgressRefusedException ? 403 : 400;
            note.Refuse(e, status);
            await client.WriteAsync(HttpWriter.Answer(status, $"Egress refused: {e.Message}.", close: true), patience.Token);
            return;
        }

        using var grant = entered;
        client.Unread(reader.Buffered);
        await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), patience.Token);
        await ServeTunnelAsync(client, grant, note.Port, patience, note);
    }

    /// <summary>Port 443 speaks TLS. Elsewhere the first byte tells; what is neither TLS nor changed is passed on, such as a websocket.</summary>
    private async Task ServeTunnelAsync(ClientStream client, Grant grant, int port, Patience patience, EgressNote note)
    {
        var first = new byte[1];
        patience.UntilIdle();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, grant.Cut);
        if (await client.ReadAsync(first, linked.Token) == 0)
        {
            note.Fail(200, "nothing was sent");
            return;
        }

        client.Unread(first);
        if (port == 443 || first[0] == 22)
        {
            await connection.ServeTlsAsync(client, grant.Host, port, patience);
        }
        else if (grant.Rule.ChangesRequests || Environment.Placeholders.Count > 0)
        {
            await new HttpDoor(connection, new EgressTarget(grant.Host, port, IsTls: false), isProxy: false).ServeAsync(client, client, patience, grant.Cut);
        }
        else
        {
            await connection.TunnelToAsync(client, grant, port, patience, note);
        }
    }

    private static async Task<bool> DrainAsync(HttpReader reader, CancellationToken cancellationToken)
    {
        var buffer = new byte[8192];
        try
        {
            for (var drained = 0; drained < MaxDrained;)
            {
                var read = await reader.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                {
                    return true;
                }

                drained += read;
            }
        }
        catch (HttpFaultException)
        {
            // Nothing that could follow.
        }

        return false;
    }

    // What a sandbox says goes back into the sandbox only, but an answer is one line.
    private static string Shown(string text) => new StringBuilder(text.Length > 100 ? text[..100] : text).Replace('\'', '?').ToString();
}

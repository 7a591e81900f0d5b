using OpenInteractions.Sandboxes.Egress.Http;
using OpenInteractions.Sandboxes.Egress.Secrets;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>One request that may go out, and its answer. Both are written anew from what was read.</summary>
internal sealed class HttpExchange(EgressConnection connection, HttpHead head, HttpReader reader, Stream client, EgressNote note, Patience patience)
{
    private const int MaxInterim = 8;
    private const int Piece = 16 * 1024;

    /// <summary>Whether the sandbox has got a part of an answer.</summary>
    public bool HasAnswered { get; private set; }

    public int Status { get; private set; }

    /// <returns>Whether another request may follow on the sandbox's connection.</returns>
    public async Task<bool> RunAsync(Grant grant, EgressTarget to, string pathAndQuery, bool keep, CancellationToken cancellationToken)
    {
        using var exchange = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, grant.Cut);
        var world = connection.Environment.World;
        if (!to.IsTls && grant.Rule.ChangesRequests && !world.Options.PlainSecrets)
        {
            throw new EgressRefusedException("what the rule adds to requests is sent with TLS only. Use https");
        }

        // 1. All that the request will be, before anything of it leaves.
        var request = new OutgoingRequest(connection.Environment, grant, to.IsTls || world.Options.PlainSecrets);
        await request.SetHeadAsync(head, pathAndQuery, exchange.Token);
        note.Credentials.AddRange(request.Credentials);
        if (!head.Body.IsNone && head.Words("Expect").Any(w => w.Equals("100-continue", StringComparison.OrdinalIgnoreCase)))
        {
            await client.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), exchange.Token);
        }

        var (body, isWhole) = await FirstOfBodyAsync(exchange.Token);
        body = await request.SetBodyAsync(body, isWhole, exchange.Token);
        note.Credentials.Clear();
        note.Credentials.AddRange(request.Credentials);

        // 2. Out. An answer may come before the request has been sent to its end.
        await using var upstream = await connection.DialAsync(to.Host, to.Port, to.IsTls, address => note.Address = address, exchange.Token);
        var length = isWhole ? new BodyLength(body.Length) : head.Body;
        var hasBody = !head.Body.IsNone || head.Method is "POST" or "PUT" or "PATCH";
        var isDefault = to.Port == (to.IsTls ? 443 : 80);
        var authority = (to.Host.Name.Contains(':') ? $"[{to.Host.Name}]" : to.Host.Name) + (isDefault ? "" : $":{to.Port}");
        var sending = SendAsync(upstream, HttpWriter.Head($"{head.Method} {request.Target} HTTP/1.1", [new("Host", authority), .. request.Headers, new("Connection", "close")], hasBody ? length : null),
            body, isWhole, length == BodyLength.Chunked, exchange);
        try
        {
            if (head.Body.IsNone)
            {
                await sending; // a head, which nobody has to read for it to leave
            }

            return await RelayAsync(upstream, request, keep, sending, exchange.Token);
        }
        catch (Exception e)
        {
            await exchange.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (sending.IsFaulted && sending.Exception!.InnerException is EgressRefusedException or HttpFaultException)
            {
                await sending; // what ended it
            }

            if (e is HttpFaultException or IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
            {
                throw HasAnswered ? new IOException(e.Message)
                    : new EgressUnreachableException($"'{to.Host.Name}' {(e is HttpFaultException ? $"answers what is no plain HTTP: {e.Message}" : "closed the connection")}");
            }

            throw;
        }
        finally
        {
            await exchange.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(byte[] Body, bool IsWhole)> FirstOfBodyAsync(CancellationToken cancellationToken)
    {
        if (head.Body.IsNone)
        {
            return ([], true);
        }

        // Without placeholders in the sandbox nothing is replaced, and nobody has to wait for the end of a body.
        if (connection.Environment.Placeholders.Count == 0)
        {
            return ([], false);
        }

        var body = new MemoryStream();
        var buffer = new byte[Piece];
        while (body.Length <= OutgoingRequest.MaxChangedBody)
        {
            var read = await reader.ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return (body.ToArray(), true);
            }

            body.Write(buffer, 0, read);
        }

        return (body.ToArray(), false);
    }

    private async Task SendAsync(Stream upstream, byte[] top, byte[] body, bool isWhole, bool chunked, CancellationTokenSource exchange)
    {
        try
        {
            var watch = new PlaceholderWatch();
            watch.Look(body);
            await upstream.WriteAsync(top, exchange.Token);
            await HttpWriter.BodyAsync(upstream, chunked, body, exchange.Token);
            var buffer = new byte[Piece];
            while (!isWhole && await reader.ReadAsync(buffer, exchange.Token) is > 0 and var read)
            {
                watch.Look(buffer.AsSpan(0, read));
                await HttpWriter.BodyAsync(upstream, chunked, buffer.AsMemory(0, read), exchange.Token);
            }

            await HttpWriter.EndAsync(upstream, chunked, exchange.Token);
            await upstream.FlushAsync(exchange.Token);
        }
        catch (Exception e) when (e is EgressRefusedException or HttpFaultException)
        {
            await upstream.DisposeAsync(); // the other end must not take a part for the whole
            throw;
        }
    }

    private async Task<bool> RelayAsync(Stream upstream, OutgoingRequest request, bool keep, Task sending, CancellationToken cancellationToken)
    {
        var answers = new HttpReader(new WatchedStream(upstream, patience));
        HttpHead answer;
        for (var interim = 0; ; interim++)
        {
            answer = HttpHead.Response(await answers.HeadAsync(cancellationToken), head.Method);
            if (answer.Status >= 200)
            {
                break;
            }

            if (answer.Status == 101 || interim == MaxInterim)
            {
                throw new HttpFaultException(answer.Status == 101 ? "it changes the protocol" : "too many interim answers");
            }
        }

        if (request.HasSecrets && !answer.Body.IsNone && answer.Words("Content-Encoding").Any(w => !w.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            throw new HttpFaultException("the body is compressed although plain text was asked for, and cannot be searched for the secret");
        }

        Status = answer.Status;
        answers.Begin(answer.Body);
        var body = answer.Body == BodyLength.UntilEnd ? BodyLength.Chunked : answer.Body;
        var chunked = body == BodyLength.Chunked && !head.IsVersion10;
        keep &= (chunked || body.Bytes >= 0) && sending.IsCompletedSuccessfully; // what is still being sent would be read as the next request
        var headers = HopByHop.Strip(answer);
        var scrubber = new Scrubber(request.Secrets);
        headers = [.. headers.Where(h => scrubber.Whole(h.Key) == h.Key).Select(h => new KeyValuePair<string, string>(h.Key, scrubber.Whole(h.Value)))];
        if (head.Method == "HEAD" || answer.Status == 304)
        {
            headers.AddRange(answer.Headers.Where(h => h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)));
        }

        headers.Add(new("Connection", keep ? "keep-alive" : "close"));
        BodyLength? framing = head.Method == "HEAD" || answer.Status is 204 or 304 || (body == BodyLength.Chunked && !chunked) ? null : body;
        HasAnswered = true;
        await client.WriteAsync(HttpWriter.Head($"HTTP/1.1 {answer.Line.Second} {scrubber.Whole(answer.Line.Third)}", headers, framing), cancellationToken);
        var buffer = new byte[Piece];
        while (await answers.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            await HttpWriter.BodyAsync(client, chunked, scrubber.Next(buffer.AsMemory(0, read)), cancellationToken);
        }

        await HttpWriter.BodyAsync(client, chunked, scrubber.End(), cancellationToken);
        await HttpWriter.EndAsync(client, chunked, cancellationToken);
        note.Allow(Status);
        return keep;
    }

    /// <summary>What comes from outside is a sign of life too.</summary>
    private sealed class WatchedStream(Stream inner, Patience patience) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            patience.OnBytes();
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}

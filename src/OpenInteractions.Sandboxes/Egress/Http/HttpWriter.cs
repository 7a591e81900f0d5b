using System.Globalization;
using System.Text;

namespace OpenInteractions.Sandboxes.Egress.Http;

/// <summary>Writes messages anew.</summary>
internal static class HttpWriter
{
    public static byte[] Head(string line, IEnumerable<KeyValuePair<string, string>> headers, BodyLength? body)
    {
        var text = new StringBuilder(line).Append("\r\n");
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (body == BodyLength.Chunked)
        {
            text.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (body is { Bytes: >= 0 })
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Value.Bytes}\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    public static async ValueTask BodyAsync(Stream stream, bool chunked, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (data.Length == 0)
        {
            return;
        }

        if (!chunked)
        {
            await stream.WriteAsync(data, cancellationToken);
            return;
        }

        var size = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{data.Length:x}\r\n"));
        var chunk = new byte[size.Length + data.Length + 2];
        size.CopyTo(chunk, 0);
        data.Span.CopyTo(chunk.AsSpan(size.Length));
        "\r\n"u8.CopyTo(chunk.AsSpan(size.Length + data.Length));
        await stream.WriteAsync(chunk, cancellationToken);
    }

    public static ValueTask EndAsync(Stream stream, bool chunked, CancellationToken cancellationToken) =>
        chunked ? stream.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellationToken) : ValueTask.CompletedTask;

    /// <summary>An answer of the gateway's own: one line of plain text.</summary>
    public static byte[] Answer(int status, string text, bool close, bool withBody = true)
    {
        var reason = status switch { 400 => "Bad Request", 403 => "Forbidden", 408 => "Request Timeout", 503 => "Service Unavailable", 504 => "Gateway Timeout", _ => "Bad Gateway" };
        var body = Encoding.UTF8.GetBytes(text + "\n");
        var head = Head($"HTTP/1.1 {status} {reason}", [new("Content-Type", "text/plain; charset=utf-8"), new("Connection", close ? "close" : "keep-alive")], new BodyLength(body.Length));
        return withBody ? [.. head, .. body] : head;
    }
}

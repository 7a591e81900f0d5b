using System.Buffers;
using System.Globalization;

namespace OpenInteractions.Sandboxes.Egress.Http;

/// <summary>The first line and the headers of a message, read strictly (RFC 9112): what is passed on is written anew from this.</summary>
internal sealed record HttpHead
{
    private const int MaxHeaders = 128;

    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>The three parts of the first line.</summary>
    public required (string First, string Second, string Third) Line { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>How long the body is.</summary>
    public required BodyLength Body { get; init; }

    public string Method => Line.First;

    public string Target => Line.Second;

    public bool IsVersion10 => Line.Third == "HTTP/1.0";

    public int Status => int.Parse(Line.Second, CultureInfo.InvariantCulture);

    public static bool IsToken(string text) => text.Length > 0 && text.AsSpan().IndexOfAnyExcept(Token) < 0;

    /// <summary>A value of one line, in Latin-1, without control bytes.</summary>
    public static bool IsValue(string text) => text.All(c => c is '\t' or (>= ' ' and <= '~') or (>= '\u00a0' and <= '\u00ff'));

    public string? Header(string name) => Values(name).FirstOrDefault();

    public IEnumerable<string> Values(string name) => Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);

    /// <summary>The words of a header that is a list.</summary>
    public IEnumerable<string> Words(string name) => Values(name).SelectMany(v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    public static HttpHead Request(string text)
    {
        var (line, headers) = Split(text);
        var parts = line.Split(' ');
        if (parts.Length != 3 || !IsToken(parts[0]) || parts[1].Length == 0 || parts[2] is not ("HTTP/1.1" or "HTTP/1.0") || parts[1].Any(c => c is <= ' ' or >= '\u007f' or '#'))
        {
            throw new HttpFaultException("the request line is not 'METHOD target HTTP/1.1'");
        }

        var hosts = headers.Count(h => h.Key.Equals("Host", StringComparison.OrdinalIgnoreCase));
        if (hosts > 1 || (hosts == 0 && parts[2] == "HTTP/1.1"))
        {
            throw new HttpFaultException(hosts == 0 ? "there is no Host header" : "there is more than one Host header");
        }

        var body = Framing(headers, parts[2] == "HTTP/1.0") ?? new BodyLength(0);
        return new HttpHead { Line = (parts[0], parts[1], parts[2]), Headers = headers, Body = body };
    }

    public static HttpHead Response(string text, string method)
    {
        var (line, headers) = Split(text);
        if (line.Length < 12 || line[..8] is not ("HTTP/1.1" or "HTTP/1.0") || line[8] != ' ' || !line.AsSpan(9, 3).ContainsOnlyDigits() || line[9] is < '1' or > '5' || (line.Length > 12 && line[12] != ' '))
        {
            throw new HttpFaultException("the status line is not 'HTTP/1.1 status reason'");
        }

        var status = int.Parse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture);
        var framing = Framing(headers, line[..8] == "HTTP/1.0");
        var body = method == "HEAD" || status is < 200 or 204 or 304 ? new BodyLength(0) : framing ?? BodyLength.UntilEnd;
        return new HttpHead { Line = (line[..8], line[9..12], line.Length > 13 ? line[13..] : ""), Headers = headers, Body = body };
    }

    private static (string Line, List<KeyValuePair<string, string>> Headers) Split(string text)
    {
        // Lines end in CR LF, and neither stands anywhere else.
        var lines = text.Split("\r\n");
        if (lines.Any(l => l.AsSpan().ContainsAny('\r', '\n', '\0')))
        {
            throw new HttpFaultException("lines end in CR LF, and neither stands alone");
        }

        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in lines.Skip(1))
        {
            if (line[0] is ' ' or '\t')
            {
                throw new HttpFaultException("a header goes on in the next line");
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !IsToken(line[..colon]))
            {
                throw new HttpFaultException("a header has no name, or one that no header has");
            }

            var value = line[(colon + 1)..].Trim(' ', '\t');
            if (!value.All(c => c is '\t' or (>= ' ' and not '\u007f')))
            {
                throw new HttpFaultException("a header holds control bytes");
            }

            headers.Add(new(line[..colon], value));
            if (headers.Count > MaxHeaders)
            {
                throw new HttpFaultException($"there are more than {MaxHeaders} headers");
            }
        }

        return (lines[0], headers);
    }

    /// <summary>How the headers frame the body; null when they do not.</summary>
    private static BodyLength? Framing(List<KeyValuePair<string, string>> headers, bool isVersion10)
    {
        var codings = headers.Where(h => h.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).ToList();
        var lengths = headers.Where(h => h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).ToList();
        if (codings.Count > 0)
        {
            return codings.Count == 1 && lengths.Count == 0 && !isVersion10 && codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase)
                ? BodyLength.Chunked
                : throw new HttpFaultException("the body is framed by something else than one Content-Length or 'Transfer-Encoding: chunked'");
        }

        if (lengths.Count == 0)
        {
            return null;
        }

        return lengths.Count == 1 && lengths[0].Length is > 0 and <= 15 && lengths[0].AsSpan().ContainsOnlyDigits()
            ? new BodyLength(long.Parse(lengths[0], NumberStyles.None, CultureInfo.InvariantCulture))
            : throw new HttpFaultException("Content-Length is not one number");
    }
}

/// <summary>How long a body is.</summary>
internal readonly record struct BodyLength(long Bytes)
{
    public static readonly BodyLength Chunked = new(-1);

    public static readonly BodyLength UntilEnd = new(-2);

    public bool IsNone => Bytes == 0;
}

internal static class Digits
{
    public static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}

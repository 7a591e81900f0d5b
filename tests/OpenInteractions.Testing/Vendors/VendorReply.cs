using System.Collections.Immutable;
using System.Text;

namespace OpenInteractions.Testing.Vendors;

/// <summary>
/// What the server answers, part by part: each part is written and flushed alone, so that a reader sees them arrive one by one.
/// Immutable: a vendor's fake renders a reply, a test adds a fault to it.
/// </summary>
public sealed record VendorReply
{
    private VendorReply(int status, string? contentType, ImmutableArray<ReplyPart> parts)
    {
        Status = status;
        ContentType = contentType;
        Parts = parts;
    }

    public int Status { get; private init; }

    public string? ContentType { get; private init; }

    public ImmutableArray<KeyValuePair<string, string>> Headers { get; private init; } = [];

    internal ImmutableArray<ReplyPart> Parts { get; private init; }

    /// <summary>The bytes of the body when no fault is added.</summary>
    public byte[] Body => [.. Parts.OfType<ReplyPart.Bytes>().SelectMany(p => p.Value)];

    public static VendorReply Json(int status, string json) =>
        new(status, "application/json", [new ReplyPart.Bytes(Encoding.UTF8.GetBytes(json))]);

    public static VendorReply Text(int status, string text, string contentType = "text/plain") =>
        new(status, contentType, [new ReplyPart.Bytes(Encoding.UTF8.GetBytes(text))]);

    /// <summary>Server-sent events. A frame is everything up to and including its blank line; see <see cref="Sse"/>.</summary>
    public static VendorReply Events(IEnumerable<string> frames) =>
        new(200, "text/event-stream; charset=utf-8", [.. frames.Select(f => new ReplyPart.Bytes(Encoding.UTF8.GetBytes(f)))]);

    public VendorReply WithHeader(string name, string value) => this with { Headers = Headers.Add(new(name, value)) };

    public VendorReply WithContentType(string? contentType) => this with { ContentType = contentType };

    /// <summary>Adds raw text as a further part, for example a malformed frame.</summary>
    public VendorReply Then(string text) => this with { Parts = Parts.Add(new ReplyPart.Bytes(Encoding.UTF8.GetBytes(text))) };

    /// <summary>Puts raw text before part <paramref name="index"/>.</summary>
    public VendorReply InsertAt(int index, string text) => this with { Parts = Parts.Insert(index, new ReplyPart.Bytes(Encoding.UTF8.GetBytes(text))) };

    /// <summary>Keeps the first <paramref name="parts"/> parts (frames) and ends the body there in good order.</summary>
    /// <summary>Without the parts that have this text in them.</summary>
    public VendorReply WithoutParts(string text) =>
        this with { Parts = Parts.RemoveAll(p => p is ReplyPart.Bytes bytes && Encoding.UTF8.GetString(bytes.Value).Contains(text, StringComparison.Ordinal)) };

    public VendorReply EndAfterParts(int parts) => this with { Parts = Parts[..parts] };

    /// <summary>Sends the first <paramref name="bytes"/> bytes of the body, then ends it in good order: half a frame, then a clean end.</summary>
    public VendorReply EndAfter(int bytes) => this with { Parts = Clip(bytes) };

    /// <summary>Sends the first <paramref name="bytes"/> bytes of the body, then closes the connection in the middle of the body.</summary>
    public VendorReply CutAfter(int bytes) => this with { Parts = Clip(bytes).Add(new ReplyPart.Cut(Reset: false)) };

    /// <summary>Sends the first <paramref name="parts"/> parts, then closes the connection in the middle of the body.</summary>
    public VendorReply CutAfterParts(int parts) => this with { Parts = Parts[..parts].Add(new ReplyPart.Cut(Reset: false)) };

    /// <summary>Resets the connection before the status line.</summary>
    public static VendorReply Reset() => new(200, null, [new ReplyPart.Cut(Reset: true)]);

    /// <summary>Falls silent after the first <paramref name="parts"/> parts until the gate opens (0 = after the headers).</summary>
    public VendorReply HangAfterParts(int parts, Gate gate) => this with { Parts = Parts.Insert(parts, new ReplyPart.Hang(gate)) };

    /// <summary>Does not even send the status line until the gate opens.</summary>
    public VendorReply HangBeforeHeaders(Gate gate) => this with { Before = gate };

    internal Gate? Before { get; private init; }

    private ImmutableArray<ReplyPart> Clip(int bytes)
    {
        var kept = ImmutableArray.CreateBuilder<ReplyPart>();
        var left = bytes;
        foreach (var part in Parts)
        {
            if (part is not ReplyPart.Bytes(var value))
            {
                kept.Add(part);
                continue;
            }

            if (left <= 0)
            {
                break;
            }

            kept.Add(new ReplyPart.Bytes(value.Length <= left ? value : value[..left]));
            left -= value.Length;
        }

        return kept.ToImmutable();
    }
}

internal abstract record ReplyPart
{
    /// <summary>Written and flushed.</summary>
    public sealed record Bytes(byte[] Value) : ReplyPart;

    /// <summary>Nothing is written until the gate opens.</summary>
    public sealed record Hang(Gate Gate) : ReplyPart;

    /// <summary>The connection ends here. Without a reset, everything written before still reaches the caller.</summary>
    public sealed record Cut(bool Reset) : ReplyPart;
}

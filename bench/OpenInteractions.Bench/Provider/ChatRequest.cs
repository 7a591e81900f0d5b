using System.Buffers;
using System.IO.Pipelines;

namespace OpenInteractions.Bench.Provider;

/// <summary>The few things the provider reads in a request. The bytes are searched, not parsed: the history of a long
/// chain is hundreds of kilobytes, and the provider shares the machine with the server that is measured.</summary>
internal sealed record ChatRequest(BenchModel? Model, bool Stream, bool IncludeUsage, bool HasResults)
{
    public static async ValueTask<ChatRequest> ReadAsync(PipeReader body, int chunkTokens, CancellationToken gone)
    {
        while (true)
        {
            var read = await body.ReadAsync(gone);
            if (!read.IsCompleted)
            {
                body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            var request = Find(read.Buffer, chunkTokens);
            body.AdvanceTo(read.Buffer.End);
            return request;
        }
    }

    private static ChatRequest Find(in ReadOnlySequence<byte> body, int chunkTokens)
    {
        if (body.IsSingleSegment)
        {
            return Find(body.FirstSpan, chunkTokens);
        }

        var length = checked((int)body.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        body.CopyTo(rented);
        var request = Find(rented.AsSpan(0, length), chunkTokens);
        ArrayPool<byte>.Shared.Return(rented);
        return request;
    }

    /// <summary>A quote inside a JSON string is escaped, so an unescaped <c>"model"</c> is a member name.</summary>
    private static ChatRequest Find(ReadOnlySpan<byte> json, int chunkTokens)
    {
        var model = Value(json, "\"model\""u8);
        BenchModel? known = null;
        if (model is [(byte)'"', ..] && model[1..].IndexOf((byte)'"') is var end and > 0)
        {
            known = BenchModel.Find(model.Slice(1, end), chunkTokens);
        }

        // Results behind the last question are those of this turn's calls.
        var hasResults = known?.Calls is not null && json.LastIndexOf("\"role\":\"tool\""u8) > json.LastIndexOf("\"role\":\"user\""u8);
        return new(known, Value(json, "\"stream\""u8).StartsWith("true"u8), Value(json, "\"include_usage\""u8).StartsWith("true"u8), hasResults);
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        var at = json.IndexOf(name);
        return at < 0 ? default : json[(at + name.Length)..].TrimStart(": \t\r\n"u8);
    }
}

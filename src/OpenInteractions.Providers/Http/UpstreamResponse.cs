using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace OpenInteractions.Providers.Http;

/// <summary>A frame of an upstream's stream.</summary>
/// <param name="Name">The name of the event; <c>message</c> when the frame has none.</param>
/// <param name="Data">The JSON, or undefined for the mark <c>[DONE]</c>.</param>
internal readonly record struct UpstreamEvent(string Name, JsonElement Data)
{
    /// <summary>The mark <c>[DONE]</c> that ends streams of the OpenAI kind.</summary>
    public bool IsDone => Data.ValueKind == JsonValueKind.Undefined;
}

/// <summary>A successful answer whose body has not been read yet.</summary>
internal sealed class UpstreamResponse(HttpResponseMessage response, Stream body)
{
    public HttpResponseHeaders Headers => response.Headers;

    /// <summary>False when the upstream answered a streaming call with one whole object, as some proxies do.</summary>
    public bool IsEventStream => response.Content.Headers.ContentType?.MediaType is not "application/json";

    /// <summary>The frames, as they come. A frame that was cut off is not delivered: the end of the stream without a last word is P-9.</summary>
    public async IAsyncEnumerable<UpstreamEvent> EventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var frames = SseParser.Create(body, static (name, data) => new UpstreamEvent(name, Parse(data)));
        await foreach (var frame in frames.EnumerateAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return frame.Data;
        }
    }

    public async Task<JsonElement> JsonAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, default, cancellationToken).ConfigureAwait(false);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return default;
        }

        try
        {
            var reader = new Utf8JsonReader(data);
            var value = JsonElement.ParseValue(ref reader);
            return reader.Read() ? throw UpstreamFailureException.Malformed() : value;
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }
    }
}

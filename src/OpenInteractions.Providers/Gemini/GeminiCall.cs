using System.Runtime.CompilerServices;
using OpenInteractions.Providers.Gemini.GenerateContent;
using OpenInteractions.Providers.Gemini.InteractionsUpstream;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini;

/// <summary>One model call: its wire and form may change until the upstream has taken it.</summary>
internal sealed class GeminiCall(ModelRequest request, GeminiOptions options, ISignatureEnvelope envelope, WireChoice wires)
{
    private GeminiWire _wire = wires.For(request);
    private bool _usesSignatures = true;
    private string? _continuationToken;
    private string? _nextToken;

    private GeminiSignatures Signatures => new(envelope, options.Name, WireName);

    private string WireName => _wire == GeminiWire.Interactions ? "interactions" : "generate_content";

    public HttpRequestMessage Request()
    {
        var form = new TurnForm(WireName, options.Name, request.Model.Id, _usesSignatures);
        return _wire == GeminiWire.Interactions
            ? GeminiAddress.Request(options, HttpMethod.Post, "interactions", InteractionRequest.Write(request, form, Signatures, _continuationToken))
            : GeminiAddress.Request(
                options,
                HttpMethod.Post,
                $"models/{Uri.EscapeDataString(request.Model.Id)}:streamGenerateContent?alt=sse",
                GenerateContentRequest.Write(request, form, Signatures));
    }

    public IAsyncEnumerable<ModelEvent> ReadAsync(UpstreamResponse response, CancellationToken cancellationToken) =>
        _wire == GeminiWire.Interactions ? ReadInteractionAsync(response, cancellationToken) : ReadContentAsync(response, cancellationToken);

    public bool Adapt(UpstreamFailureException failure)
    {
        if (_usesSignatures && failure.Status == 400 && IsAboutSignatures(failure.Error?.Message))
        {
            // Signatures do not survive a change of the operator's key: the history then goes without them, as one from elsewhere does (P-3).
            _usesSignatures = false;
            return true;
        }

        if (_wire == GeminiWire.Interactions && wires.Learn(request.Model.Id, failure))
        {
            _wire = GeminiWire.GenerateContent;
            _usesSignatures = true;
            return true;
        }

        return false;
    }

    /// <summary>Whether the upstream has more of this answer; the next request then asks for it. The same token twice is no progress.</summary>
    public bool Continue()
    {
        var hasMore = _nextToken is not null && _nextToken != _continuationToken;
        _continuationToken = _nextToken;
        _nextToken = null;
        return hasMore;
    }

    private static bool IsAboutSignatures(string? message) =>
        message is not null
        && (message.Contains("thought signature", StringComparison.OrdinalIgnoreCase) || message.Contains("thought_signature", StringComparison.OrdinalIgnoreCase));

    private async IAsyncEnumerable<ModelEvent> ReadInteractionAsync(UpstreamResponse response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new EventReader(request.Model.Family, Signatures);
        if (response.IsEventStream)
        {
            await foreach (var frame in response.EventsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (frame.IsDone)
                {
                    break;
                }

                foreach (var modelEvent in reader.Read(frame.Data))
                {
                    yield return modelEvent;
                }
            }
        }
        else
        {
            foreach (var modelEvent in reader.ReadWhole(await response.JsonAsync(cancellationToken).ConfigureAwait(false)))
            {
                yield return modelEvent;
            }
        }

        var stopped = reader.End();
        _nextToken = reader.ContinuationToken;
        yield return stopped;
    }

    private async IAsyncEnumerable<ModelEvent> ReadContentAsync(UpstreamResponse response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new ContentReader(request.Model.Family, Signatures);
        await foreach (var chunk in ChunksAsync(response, cancellationToken).ConfigureAwait(false))
        {
            foreach (var modelEvent in reader.Read(Parse(chunk)))
            {
                yield return modelEvent;
            }
        }

        foreach (var modelEvent in reader.End())
        {
            yield return modelEvent;
        }
    }

    /// <summary>The chunks of a stream; a proxy that knows no streaming sends them as a list, or as one answer.</summary>
    private static async IAsyncEnumerable<JsonElement> ChunksAsync(UpstreamResponse response, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (response.IsEventStream)
        {
            await foreach (var frame in response.EventsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (!frame.IsDone)
                {
                    yield return frame.Data;
                }
            }

            yield break;
        }

        var whole = await response.JsonAsync(cancellationToken).ConfigureAwait(false);
        if (whole.ValueKind != JsonValueKind.Array)
        {
            yield return whole;
            yield break;
        }

        foreach (var chunk in whole.EnumerateArray())
        {
            yield return chunk;
        }
    }

    private static GenerateContentResponse Parse(JsonElement data)
    {
        GenerateContentResponse chunk;
        try
        {
            chunk = data.Deserialize(GeminiJson.Default.GenerateContentResponse) ?? throw UpstreamFailureException.Malformed();
        }
        catch (JsonException)
        {
            throw UpstreamFailureException.Malformed();
        }

        return chunk.Error is { Code: var status } && UpstreamError.From(data) is { } error
            ? throw ErrorTranslation.FromStatus(status ?? 500, error, retryAfter: null)
            : chunk;
    }
}

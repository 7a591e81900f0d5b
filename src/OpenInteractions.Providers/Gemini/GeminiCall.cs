using OpenInteractions.Providers.Gemini.GenerateContent;
using OpenInteractions.Providers.Gemini.InteractionsUpstream;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini;

/// <summary>One model call: its wire and form may change until the upstream has taken it.</summary>
internal sealed class GeminiCall(ModelRequest request, GeminiOptions options, ISignatureEnvelope envelope, WireChoice wires, UnknownReasons unknown)
{
    private GeminiWire _wire = wires.For(request);
    private bool _usesSignatures = true;
    private string? _continuationToken;
    private EventReader? _events;

    private GeminiSignatures Signatures => new(envelope, request.Project, options.Name, WireName);

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

    public IAnswer Answer() => _wire == GeminiWire.Interactions
        ? _events = new EventReader(request.Model.Family, Signatures)
        : new ContentReader(request.Model.Family, Signatures, unknown);

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
        var next = _events?.ContinuationToken;
        var hasMore = next is not null && next != _continuationToken;
        _continuationToken = next;
        return hasMore;
    }

    private static bool IsAboutSignatures(string? message) =>
        message is not null
        && (message.Contains("thought signature", StringComparison.OrdinalIgnoreCase) || message.Contains("thought_signature", StringComparison.OrdinalIgnoreCase));
}

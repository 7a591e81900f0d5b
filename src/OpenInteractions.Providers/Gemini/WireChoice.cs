using System.Collections.Concurrent;

namespace OpenInteractions.Providers.Gemini;

/// <summary>Which wire an upstream is spoken to with, and what was learned about it. What was learned holds until the server restarts.</summary>
internal sealed class WireChoice(GeminiWire configured)
{
    private readonly ConcurrentDictionary<string, bool> _refusedModels = new();
    private volatile bool _hasNoRoute;

    /// <summary>The wire for this request.</summary>
    public GeminiWire For(ModelRequest request)
    {
        if (configured != GeminiWire.Auto)
        {
            return configured;
        }

        // Safety thresholds exist only on generateContent at the public host (wire 3.1).
        return _hasNoRoute || request.SafetySettings.Count > 0 || _refusedModels.ContainsKey(request.Model.Id)
            ? GeminiWire.GenerateContent
            : GeminiWire.Interactions;
    }

    /// <summary>Learns from a refusal on the Interactions wire.</summary>
    /// <returns>True when the same request may work on the other wire.</returns>
    public bool Learn(string model, Http.UpstreamFailureException failure)
    {
        if (configured != GeminiWire.Auto)
        {
            return false;
        }

        switch (failure.Status)
        {
            case 404 when failure.Error?.Code is not null:
                // The route answered in its own shape: it is this model that it does not have.
                return _refusedModels[model] = true;
            case 404 or 405 or 501:
                return _hasNoRoute = true;
            case 400 when failure.Error?.Message is { } said
                && said.Contains(model, StringComparison.Ordinal)
                && said.Contains("not supported", StringComparison.OrdinalIgnoreCase)
                && said.Contains("Interactions", StringComparison.OrdinalIgnoreCase):
                return _refusedModels[model] = true;
            default:
                return false;
        }
    }
}

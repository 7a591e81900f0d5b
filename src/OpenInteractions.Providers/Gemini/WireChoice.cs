using System.Globalization;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Gemini;

/// <summary>
/// Which wire an upstream is spoken to with, and what was learned about it. Only the upstream itself teaches: a page of a proxy, which may stand before it for
/// a moment, sends one call to the other wire and no more. And what was learned is looked at again after a while.
/// </summary>
internal sealed class WireChoice(GeminiWire configured, TimeProvider time)
{
    /// <summary>How long an upstream is not asked for a route that it did not have.</summary>
    public static readonly TimeSpan RouteLookAgain = TimeSpan.FromMinutes(10);

    private readonly ModelMemory<GeminiWire> _wires = new(time);
    private readonly Lock _gate = new();
    private long? _hadNoRouteAt;

    /// <summary>The wire for this request.</summary>
    public GeminiWire For(ModelRequest request)
    {
        if (configured != GeminiWire.Auto)
        {
            return configured;
        }

        // Safety thresholds exist only on generateContent at the public host (wire 3.1).
        return HasNoRoute() || request.SafetySettings.Count > 0
            ? GeminiWire.GenerateContent
            : _wires.TryGet(request.Model.Id, out var wire) ? wire : GeminiWire.Interactions;
    }

    /// <summary>Learns from a refusal on the Interactions wire.</summary>
    /// <returns>True when the same request may work on the other wire.</returns>
    public bool Learn(string model, UpstreamFailureException failure)
    {
        if (configured != GeminiWire.Auto)
        {
            return false;
        }

        switch (failure)
        {
            // The route answered in its own shape, or in the vendor's with the model's name: it is this model that it does not have.
            case { Status: 404, Error.Code: "not_found" or "model_not_found" }:
            case { Status: 404, Error: { } error } when IsOfVendor(failure) && error.Message.Contains(model, StringComparison.Ordinal):
                return Refuse(model);
            case { Status: 404 or 405 or 501 } when IsOfVendor(failure):
                lock (_gate)
                {
                    _hadNoRouteAt = time.GetTimestamp();
                }

                return true;
            case { Status: 404 or 405 or 501 }:
                return true; // nobody knows whose words these are
            case { Status: 400, Error.Message: { } said } when said.Contains(model, StringComparison.Ordinal)
                && said.Contains("not supported", StringComparison.OrdinalIgnoreCase)
                && said.Contains("Interactions", StringComparison.OrdinalIgnoreCase):
                return Refuse(model);
            default:
                return false;
        }
    }

    /// <summary>A google.rpc error: its code is the status as a number, and it has the status in words besides.</summary>
    private static bool IsOfVendor(UpstreamFailureException failure) =>
        failure is { Status: { } status, Error: { Code: { } code, Type: { Length: > 0 } } } && code == status.ToString(CultureInfo.InvariantCulture);

    private bool Refuse(string model)
    {
        _wires.Learn(model, GeminiWire.GenerateContent, known => known);
        return true;
    }

    private bool HasNoRoute()
    {
        lock (_gate)
        {
            return _hadNoRouteAt is { } at && time.GetElapsedTime(at) < RouteLookAgain;
        }
    }
}

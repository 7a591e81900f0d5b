using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>
/// Every turn that the fake has answered, with the signatures in it. A signature that comes back is held against the turn it was issued in:
/// the same model and key, the same parts in the same order, on the same part.
/// </summary>
internal sealed class IssuedTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, IssuedTurn> _bySignature = [];

    /// <summary>Remembers a turn of either wire: parts of generateContent, or steps of Interactions.</summary>
    public void Add(string model, string key, ImmutableArray<JsonObject> elements, Func<JsonObject, string?> signatureOf)
    {
        var turn = new IssuedTurn(model, key, elements);
        lock (_lock)
        {
            foreach (var element in elements)
            {
                if (signatureOf(element) is { } signature)
                {
                    _bySignature[signature] = turn;
                }
            }
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _bySignature.Clear();
        }
    }

    public IssuedTurn? Find(string signature)
    {
        lock (_lock)
        {
            return _bySignature.GetValueOrDefault(signature);
        }
    }
}

internal sealed record IssuedTurn(string Model, string Key, ImmutableArray<JsonObject> Elements);

namespace OpenInteractions.Providers.Gemini;

/// <summary>What a rendered turn depends on besides the turn.</summary>
/// <param name="Wire">The wire, as other adapters keep their own form of the same turn.</param>
/// <param name="UsesSignatures">False after the vendor has refused the signatures of this history, for example because the key was changed.</param>
internal sealed record TurnForm(string Wire, string Provider, string Model, bool UsesSignatures);

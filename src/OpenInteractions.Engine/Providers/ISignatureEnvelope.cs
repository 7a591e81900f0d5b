namespace OpenInteractions.Engine.Providers;

/// <summary>
/// Wraps a vendor's reasoning token into the <c>signature</c> that clients see, and unwraps it for the same project and vendor alone (P-3, behaviour TH-4):
/// what one project's callers got is of no use to another's, whose conversation may not hold what the first one's model thought.
/// The envelope is authenticated: one that was altered, or that another installation made, opens to nothing, and the adapter goes on without it.
/// </summary>
public interface ISignatureEnvelope
{
    /// <summary>Seals a token.</summary>
    /// <param name="scope">Where it opens again.</param>
    /// <param name="kind">What the token is to its maker, such as <c>reasoning</c> or <c>call</c>; the adapter's own word.</param>
    /// <param name="payload">The token, or the raw block that holds it.</param>
    /// <returns>Base64 text for <c>signature</c>.</returns>
    string Seal(SignatureScope scope, string kind, ReadOnlySpan<byte> payload);

    /// <summary>Opens a signature that this installation sealed for this scope.</summary>
    /// <returns>The token, or null when it is missing, foreign, altered or the documented placeholder (behaviour FN-10).</returns>
    OpenedSignature? Open(string? signature, SignatureScope scope);
}

/// <summary>Where a signature opens.</summary>
/// <param name="Project">The project whose call the token came from.</param>
/// <param name="Provider">The maker's <see cref="IModelProvider.Name"/>.</param>
/// <param name="Family">The <see cref="ModelDescription.Family"/> of the model.</param>
public readonly record struct SignatureScope(string Project, string Provider, string Family);

/// <summary>A token that came back.</summary>
/// <param name="Kind">The adapter's own word.</param>
/// <param name="Payload">The token.</param>
public sealed record OpenedSignature(string Kind, ReadOnlyMemory<byte> Payload);

namespace OpenInteractions.Engine.Secrets;

/// <summary>
/// Encrypts what callers entrust to the server and what the store is to keep without anybody reading it there (design 8). What is sealed for one purpose opens for that purpose alone:
/// a sealed text that is moved to another row opens to nothing.
/// </summary>
public interface ISecretBox
{
    /// <summary>Seals a secret. The same secret gives other bytes each time; the first of them is never a <c>{</c>.</summary>
    /// <param name="purpose">What it is and whose, such as <c>credential/PROJECT/ID</c>; not secret.</param>
    /// <param name="secret">The secret.</param>
    byte[] Seal(string purpose, ReadOnlySpan<byte> secret);

    /// <summary>Opens what was sealed.</summary>
    /// <param name="purpose">As it was sealed.</param>
    /// <param name="sealedSecret">What <see cref="Seal"/> gave.</param>
    /// <exception cref="SecretLostException">It was sealed with another key or for another purpose, or was altered.</exception>
    byte[] Open(string purpose, ReadOnlySpan<byte> sealedSecret);
}

/// <summary>A secret cannot be opened: the key that it was sealed with is not this server's.</summary>
public sealed class SecretLostException() : Exception("A stored secret cannot be opened: it was sealed with another key than this server's (OpenInteractions:Secrets:Key, or signature.key of the data directory).");

using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Engine.Secrets;

/// <summary>Secrets as <c>version | nonce | tag | AES-256-GCM(secret)</c>, with the purpose as associated data.</summary>
/// <param name="key">Reads the installation's key, <see cref="KeySize"/> random bytes, when something is sealed or opened for the first time.</param>
public sealed class SecretBox(Func<byte[]> key) : ISecretBox
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeySize = 32;

    private const byte Version = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + NonceSize + TagSize;

    private readonly Lazy<byte[]> _key = new(() => Derive(key()), LazyThreadSafetyMode.PublicationOnly);

    /// <inheritdoc/>
    public byte[] Seal(string purpose, ReadOnlySpan<byte> secret)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        var bytes = new byte[HeaderSize + secret.Length];
        bytes[0] = Version;
        var nonce = bytes.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key.Value, TagSize);
        aes.Encrypt(nonce, secret, bytes.AsSpan(HeaderSize), bytes.AsSpan(1 + NonceSize, TagSize), Encoding.UTF8.GetBytes(purpose));
        return bytes;
    }

    /// <inheritdoc/>
    public byte[] Open(string purpose, ReadOnlySpan<byte> sealedSecret)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        if (sealedSecret.Length < HeaderSize || sealedSecret[0] != Version)
        {
            throw new SecretLostException();
        }

        var secret = new byte[sealedSecret.Length - HeaderSize];
        try
        {
            using var aes = new AesGcm(_key.Value, TagSize);
            aes.Decrypt(sealedSecret.Slice(1, NonceSize), sealedSecret[HeaderSize..], sealedSecret.Slice(1 + NonceSize, TagSize), secret, Encoding.UTF8.GetBytes(purpose));
            return secret;
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new SecretLostException();
        }
    }

    private static byte[] Derive(byte[] key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
        var derived = new byte[KeySize];
        HKDF.Expand(HashAlgorithmName.SHA256, key, derived, "secret box 1"u8);
        return derived;
    }
}

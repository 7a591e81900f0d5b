using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// Signatures as base64 of <c>version | nonce | tag | AES-256-GCM(kind length | kind | payload)</c>; the scope is the associated data, so that an
/// envelope opens in its project and for its maker alone and costs no bytes for saying which those are.
/// </summary>
/// <remarks>
/// The nonce is derived from what is sealed. The same token therefore always gives the same text, which keeps a replayed history
/// byte-stable (P-6), and a nonce repeats only when the whole envelope does.
/// </remarks>
public sealed class SignatureEnvelope : ISignatureEnvelope
{
    /// <summary>Length of the key in bytes.</summary>
    public const int KeySize = 32;

    private const byte Version = 2; // 1 was not bound to a project; such an envelope is unknown
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + NonceSize + TagSize;

    // A vendor's longest tokens are tens of kilobytes; what is far beyond that is not worth decoding.
    private const int LongestText = 32 << 20;

    private readonly Lazy<DerivedKeys> _keys;

    /// <summary>Envelopes of the installation that has this key.</summary>
    /// <param name="key">The installation's key, <see cref="KeySize"/> random bytes.</param>
    public SignatureEnvelope(ReadOnlySpan<byte> key)
    {
        var keys = DerivedKeys.Of(key);
        _keys = new Lazy<DerivedKeys>(keys);
    }

    /// <summary>Envelopes of an installation whose key lies where it cannot be read yet.</summary>
    /// <param name="key">Reads it, when something is sealed or opened for the first time.</param>
    public SignatureEnvelope(Func<byte[]> key) => _keys = new Lazy<DerivedKeys>(() => DerivedKeys.Of(key()), LazyThreadSafetyMode.PublicationOnly);

    /// <inheritdoc/>
    public string Seal(SignatureScope scope, string kind, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var bound = Bound(scope);
        var kindSize = Encoding.UTF8.GetByteCount(kind);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(kindSize, byte.MaxValue, nameof(kind));

        var plain = new byte[1 + kindSize + payload.Length];
        plain[0] = (byte)kindSize;
        Encoding.UTF8.GetBytes(kind, plain.AsSpan(1));
        payload.CopyTo(plain.AsSpan(1 + kindSize));

        var sealedBytes = new byte[HeaderSize + plain.Length];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceSize);
        DeriveNonce(bound, plain, nonce);
        using var aes = new AesGcm(_keys.Value.Sealing, TagSize);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(HeaderSize), sealedBytes.AsSpan(1 + NonceSize, TagSize), bound);
        return Convert.ToBase64String(sealedBytes);
    }

    /// <inheritdoc/>
    public OpenedSignature? Open(string? signature, SignatureScope scope)
    {
        if (string.IsNullOrEmpty(signature) || signature.Length > LongestText)
        {
            return null;
        }

        var sealedBytes = new byte[signature.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(signature, sealedBytes, out var size) || size <= HeaderSize || sealedBytes[0] != Version)
        {
            return null;
        }

        var plain = new byte[size - HeaderSize];
        try
        {
            using var aes = new AesGcm(_keys.Value.Sealing, TagSize);
            aes.Decrypt(sealedBytes.AsSpan(1, NonceSize), sealedBytes.AsSpan(HeaderSize, plain.Length), sealedBytes.AsSpan(1 + NonceSize, TagSize), plain, Bound(scope));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null; // altered, or of another installation, project, provider or family
        }

        return plain[0] < plain.Length
            ? new OpenedSignature(Encoding.UTF8.GetString(plain, 1, plain[0]), plain.AsMemory(1 + plain[0]))
            : null;
    }

    private void DeriveNonce(byte[] bound, byte[] plain, Span<byte> nonce)
    {
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _keys.Value.Nonce);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bound.Length);
        mac.AppendData(length);
        mac.AppendData(bound);
        mac.AppendData(plain);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        mac.GetHashAndReset(hash);
        hash[..NonceSize].CopyTo(nonce);
    }

    private static byte[] Bound(SignatureScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope.Project);
        ArgumentNullException.ThrowIfNull(scope.Provider);
        ArgumentNullException.ThrowIfNull(scope.Family);
        return Encoding.UTF8.GetBytes($"{scope.Provider}\n{scope.Family}\n{scope.Project}"); // neither provider nor family holds a line break
    }

    private sealed record DerivedKeys(byte[] Sealing, byte[] Nonce)
    {
        public static DerivedKeys Of(ReadOnlySpan<byte> key)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeySize, nameof(key));
            var keys = new DerivedKeys(new byte[KeySize], new byte[KeySize]);
            HKDF.Expand(HashAlgorithmName.SHA256, key, keys.Sealing, "signature envelope 1: sealing"u8);
            HKDF.Expand(HashAlgorithmName.SHA256, key, keys.Nonce, "signature envelope 1: nonce"u8);
            return keys;
        }
    }
}

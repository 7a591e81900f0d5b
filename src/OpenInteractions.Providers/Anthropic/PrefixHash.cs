using System.Security.Cryptography;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// The hash of everything that stands before a place in a request: tools, system, then block by block. A thinking block remembers the hash of
/// its place; it goes back only to a place with the same hash, because newer models refuse one whose surroundings have changed
/// (https://platform.claude.com/docs/en/build-with-claude/preserved-thinking), and in this API tools and instructions change from turn to turn (behaviour ST-3).
/// </summary>
internal readonly struct PrefixHash(byte[] value)
{
    private static readonly byte[] Nothing = new byte[SHA256.HashSizeInBytes];

    /// <summary>Stays what it is: for models that take their thinking back at any place, which need no hashing.</summary>
    public static PrefixHash None => new(Nothing);

    public static PrefixHash Of(ReadOnlySpan<byte> toolsAndSystem) => new(SHA256.HashData(toolsAndSystem));

    public ReadOnlySpan<byte> Value => value;

    public PrefixHash Then(RenderedBlock block) => IsTracked ? Then(block.Digest) : this;

    public PrefixHash Then(bool isUser, ReadOnlySpan<byte> block) => IsTracked ? Then(Digest(isUser, block)) : this;

    private bool IsTracked => !ReferenceEquals(value, Nothing);

    private PrefixHash Then(ReadOnlySpan<byte> digest)
    {
        Span<byte> both = stackalloc byte[2 * SHA256.HashSizeInBytes];
        value.CopyTo(both);
        digest.CopyTo(both[SHA256.HashSizeInBytes..]);
        return new(SHA256.HashData(both));
    }

    /// <summary>One block's own hash: made once, so that a long conversation is not hashed anew on each call.</summary>
    public static byte[] Digest(bool isUser, ReadOnlySpan<byte> block)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(isUser ? "u"u8 : "a"u8);
        hash.AppendData(block);
        return hash.GetHashAndReset();
    }
}

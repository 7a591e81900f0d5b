using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Interactions;

namespace OpenInteractions.Engine.Workers;

/// <summary>Keys of workers: 256 random bits, told apart from other keys by how they begin, and kept as a hash.</summary>
public static class WorkerKey
{
    /// <summary>What every key of a worker begins with.</summary>
    public const string Prefix = "oiw_";

    private const int Length = 32;

    /// <summary>A new key.</summary>
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomBytes.Fill(bytes);
        return Prefix + Convert.ToHexStringLower(bytes);
    }

    /// <summary>Whether it looks like one.</summary>
    public static bool IsOne(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(Prefix, StringComparison.Ordinal);
    }

    /// <summary>The hash by which it is known.</summary>
    public static string Hash(string key) => ApiKeyFile.Hash(key);
}

using System.Security.Cryptography;
using System.Text;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Api.Http;

/// <summary>The header <c>Idempotency-Key</c> of a create (behaviour ER-7). Only hashes of it and of the body are kept.</summary>
internal sealed class IdempotencyKey
{
    private const string Header = "Idempotency-Key";
    private const int MaxLength = 255;

    private readonly string _hash;

    private IdempotencyKey(string key) => _hash = Hash(Encoding.UTF8.GetBytes(key));

    /// <summary>The key, or null when there is none.</summary>
    /// <exception cref="ApiException">It cannot be a key.</exception>
    public static IdempotencyKey? Read(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
        {
            return null;
        }

        return values is [{ Length: > 0 and <= MaxLength } key]
            ? new IdempotencyKey(key)
            : throw new ApiException(ErrorCode.InvalidRequest, $"The header '{Header}' must be given once and have 1 to {MaxLength} characters.", Header);
    }

    /// <summary>What a request with this key and body is known by.</summary>
    public IdempotencyMark Mark(ReadOnlySpan<byte> body) => new(_hash, Hash(body));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

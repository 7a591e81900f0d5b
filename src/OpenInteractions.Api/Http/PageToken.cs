using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Api.Http;

/// <summary>
/// Where a list goes on. A token belongs to one list with one set of filters: with others it is refused instead of giving a page that fits nothing. The mark is a checksum
/// against mistakes, no seal: what a token may lead to is what its caller may read anyhow.
/// </summary>
internal static class PageToken
{
    private const int MarkLength = 6;

    // The longest that a token stands for is the path of a file, 4095 bytes.
    private const int MaxLength = 5500;

    public static string Write(string lastId, string list) => Base64Url.EncodeToString([.. Mark(lastId, list), .. Encoding.UTF8.GetBytes(lastId)]);

    /// <exception cref="ApiException">It is no token of this list.</exception>
    public static string? Read(string? token, string parameter, string list)
    {
        if (token is null)
        {
            return null;
        }

        if (token.Length <= MaxLength && Base64Url.IsValid(token))
        {
            var bytes = Base64Url.DecodeFromChars(token);
            if (bytes.Length > MarkLength)
            {
                var id = Encoding.UTF8.GetString(bytes.AsSpan(MarkLength));
                if (bytes.AsSpan(0, MarkLength).SequenceEqual(Mark(id, list)))
                {
                    return id;
                }
            }
        }

        throw Invalid(parameter);
    }

    /// <summary>As <see cref="Read"/>, of a list that goes by numbers.</summary>
    /// <exception cref="ApiException">It is no token of this list.</exception>
    public static long? ReadNumber(string? token, string parameter, string list) => Read(token, parameter, list) is not { } last ? null
        : long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Invalid(parameter); // the mark is no secret: anybody can make one

    private static ApiException Invalid(string parameter) =>
        new(ErrorCode.InvalidRequest, $"Invalid '{parameter}': use the token of the page before, with the same filters.", parameter);

    private static byte[] Mark(string id, string list) => SHA256.HashData(Encoding.UTF8.GetBytes($"{list}\n{id}"))[..MarkLength];
}

using System.Security.Cryptography;
using System.Text;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// Names and call ids in the letters that the service takes (<c>[a-zA-Z0-9_-]</c>, at most 128). What does not fit is rewritten always in the same
/// way, with a few characters of its hash, so that two names stay two names and the prefix stays stable (P-6).
/// </summary>
internal static class WireNames
{
    private const int Longest = 128;

    public static string Fit(string name)
    {
        if (name.Length is > 0 and <= Longest && name.All(IsAllowed))
        {
            return name;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8];
        var readable = new string([.. name.Take(Longest - hash.Length - 1).Select(c => IsAllowed(c) ? c : '_')]);
        return $"{readable}_{hash}";
    }

    private static bool IsAllowed(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}

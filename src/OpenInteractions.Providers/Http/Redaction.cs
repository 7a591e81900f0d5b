using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Http;

/// <summary>Makes an upstream's words fit for callers: no keys, no URLs with credentials, no account ids (protocols 6.7).</summary>
internal static partial class Redaction
{
    private const int MaxLength = 600;

    public static string Clean(string message)
    {
        var clean = CredentialUrl().Replace(message, "[url]");
        clean = KeyParameter().Replace(clean, "${name}[redacted]");
        clean = Bearer().Replace(clean, "Bearer [redacted]");
        clean = Key().Replace(clean, "[redacted]");
        clean = Account().Replace(clean, "[account]");
        clean = Control().Replace(clean, " ").Trim();
        return Excerpt.Of(clean, MaxLength);
    }

    [GeneratedRegex(@"[a-z][a-z0-9+.-]*://[^\s/@]+@[^\s""']*", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex CredentialUrl();

    [GeneratedRegex(@"(?<name>\b(api[-_]?key|key|token|access_token|secret)=)[^\s&""']+", RegexOptions.IgnoreCase)]
    private static partial Regex KeyParameter();

    [GeneratedRegex(@"Bearer\s+[A-Za-z0-9._~+/=*-]+", RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    // The head of a vendor's key and whatever follows, masked or not.
    [GeneratedRegex(@"\b(sk-|rk-|pk-|gsk_|xai-|AIza|ya29\.|hf_|AKIA)[A-Za-z0-9_.*-]{3,}")]
    private static partial Regex Key();

    [GeneratedRegex(@"\b(org|proj|acct|wrkspc)[-_][A-Za-z0-9]{6,}\b|\buser-[A-Za-z0-9]{16,}\b|\bprojects?/[A-Za-z0-9-]+|\bproject number:?\s*\d+|\bproject_number:\d+", RegexOptions.IgnoreCase)]
    private static partial Regex Account();

    [GeneratedRegex(@"[\p{Cc}]+")]
    private static partial Regex Control();
}

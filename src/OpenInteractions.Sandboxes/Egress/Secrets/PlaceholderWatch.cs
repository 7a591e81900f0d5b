using System.Text;
using System.Text.RegularExpressions;

namespace OpenInteractions.Sandboxes.Egress.Secrets;

/// <summary>
/// What stands in a sandbox for a secret (behaviour CR-3). It is the documented form, which programs look for, and can be guessed: nothing depends on that. It is replaced for
/// credentials of the sandbox's own environment alone, and towards their domains; a guessed one of another credential is refused like a wrong one.
/// </summary>
internal static partial class Placeholder
{
    public const string Mark = "__GEMINI_CRED_";

    public static string For(string credentialId) => $"{Mark}{credentialId}__";

    /// <summary>Whether an id can stand in one.</summary>
    public static bool CanHold(string credentialId) => Form.Match(For(credentialId)) is { Success: true } match && match.Groups[1].Value == credentialId && match.Value == For(credentialId);

    /// <summary>A whole one, with its id.</summary>
    [GeneratedRegex("__GEMINI_CRED_([A-Za-z0-9._-]{1,128}?)__(?!_)", RegexOptions.CultureInvariant)]
    public static partial Regex Form { get; }

    public static bool IsIn(string text) => text.Contains(Mark, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Looks for a placeholder in a body that passes in pieces, and stops it there.</summary>
internal sealed class PlaceholderWatch
{
    private static readonly byte[] Mark = Encoding.ASCII.GetBytes(Placeholder.Mark);
    private byte[] _tail = [];

    public void Look(ReadOnlySpan<byte> data)
    {
        byte[] seam = [.. _tail, .. data[..Math.Min(data.Length, Mark.Length)]];
        if (data.IndexOf(Mark) >= 0 || seam.AsSpan().IndexOf(Mark) >= 0)
        {
            throw new EgressRefusedException("the body holds the placeholder of a credential, which must not be sent there, or stands too far behind to be replaced", EgressDecision.BlockedPlaceholder);
        }

        byte[] all = data.Length >= Mark.Length ? data[^Mark.Length..].ToArray() : [.. _tail, .. data];
        _tail = all.Length > Mark.Length - 1 ? all[^(Mark.Length - 1)..] : all;
    }
}

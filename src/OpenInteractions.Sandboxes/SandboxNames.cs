namespace OpenInteractions.Sandboxes;

/// <summary>Names that become parts of paths and of command lines: short, and of letters that mean nothing anywhere.</summary>
internal static class SandboxNames
{
    private const int MaxLength = 64;

    public static bool IsName(string text) => text.Length is > 0 and <= MaxLength && text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    public static bool IsVariable(string text) => text.Length is > 0 and <= MaxLength * 4 && !char.IsAsciiDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    public static string Checked(string text, string what) =>
        IsName(text) ? text : throw new SandboxException(SandboxErrorKind.Invalid, $"The name of a {what} has 1 to {MaxLength} letters, digits, '-' or '_', and does not begin with '-'.");
}

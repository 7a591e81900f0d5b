using System.Runtime.InteropServices;

namespace OpenInteractions.Sandboxes.Connection;

/// <summary>Words for what comes from inside.</summary>
internal static class Errors
{
    public static string Say(int error) => error is > 0 and < 134 ? Marshal.GetPInvokeErrorMessage(error) : "it did not say why";

    /// <summary>A text of a stranger, in a message for a person.</summary>
    public static string Shown(string text) => new([.. text.Take(200).Select(c => char.IsControl(c) ? '?' : c)]);
}

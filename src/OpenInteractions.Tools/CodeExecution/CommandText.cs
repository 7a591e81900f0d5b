using System.Text;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.CodeExecution;

/// <summary>What a command prints, as text: both of its outputs in the order in which they come, as on a terminal.</summary>
internal static class CommandText
{
    public static async Task<string> ReadAsync(ISandboxCommand command, CancellationToken cancellationToken)
    {
        // A character may be cut between two pieces, and a piece of the other output may come between.
        var (output, error) = (Encoding.UTF8.GetDecoder(), Encoding.UTF8.GetDecoder());
        var text = new StringBuilder();
        await foreach (var piece in command.ReadOutputAsync(cancellationToken))
        {
            var decoder = piece.IsError ? error : output;
            var chars = new char[decoder.GetCharCount(piece.Data.Span, flush: false)];
            decoder.GetChars(piece.Data.Span, chars, flush: false);
            text.Append(chars);
        }

        return text.Replace("\0", "\uFFFD").ToString(); // no store keeps it
    }
}

using System.Text;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Turns;

/// <summary>The answer's text as official clients put it together (wire 10, <c>output_text</c>): the last run of text blocks, before which nothing counts.</summary>
internal static class OutputText
{
    public static string Of(IReadOnlyList<HistoryStep> made)
    {
        var blocks = new Stack<string>();
        for (var i = made.Count - 1; i >= 0; i--)
        {
            switch (made[i].Step)
            {
                case ModelOutputStep output when !Collect(output, blocks):
                    return Join(blocks);
                case ModelOutputStep or ThoughtStep:
                    continue;
                default:
                    if (blocks.Count > 0)
                    {
                        return Join(blocks);
                    }

                    continue;
            }
        }

        return Join(blocks);
    }

    /// <returns>False at a block that ends the text.</returns>
    private static bool Collect(ModelOutputStep output, Stack<string> blocks)
    {
        for (var i = output.Content.Count - 1; i >= 0; i--)
        {
            if (output.Content[i] is TextContent text)
            {
                blocks.Push(text.Text);
            }
            else if (blocks.Count > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static string Join(Stack<string> blocks)
    {
        var text = new StringBuilder();
        foreach (var block in blocks)
        {
            text.Append(block);
        }

        return text.ToString();
    }
}

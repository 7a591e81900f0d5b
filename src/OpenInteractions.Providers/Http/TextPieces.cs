using System.Text;

namespace OpenInteractions.Providers.Http;

/// <summary>Makes one piece of neighbouring pieces of text.</summary>
internal static class TextPieces
{
    public static void Join(List<ModelEvent> events)
    {
        var kept = 0;
        for (var i = 0; i < events.Count;)
        {
            var end = i;
            while (end < events.Count && events[end] is StepPiece { Delta: TextDelta })
            {
                end++;
            }

            events[kept++] = end - i > 1 ? Joined(events, i, end) : events[i];
            i = Math.Max(end, i + 1);
        }

        events.RemoveRange(kept, events.Count - kept);
    }

    private static StepPiece Joined(List<ModelEvent> events, int start, int end)
    {
        var text = new StringBuilder();
        for (var i = start; i < end; i++)
        {
            text.Append(TextOf(events[i]));
        }

        return new StepPiece(new TextDelta { Text = text.ToString() });
    }

    private static string TextOf(ModelEvent piece) => ((TextDelta)((StepPiece)piece).Delta).Text;
}

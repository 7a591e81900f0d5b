using System.Runtime.CompilerServices;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Citations;

/// <summary>What a model says, with citations in place of its marks (docs/decisions/0010).</summary>
internal static class CitedAnswer
{
    /// <summary>The events, as they are when the conversation has no sources.</summary>
    public static IAsyncEnumerable<ModelEvent> Of(IAsyncEnumerable<ModelEvent> events, IReadOnlyList<HistoryTurn> history) =>
        KnownSources.Of(history) is { } known ? ReadAsync(events, known, CancellationToken.None) : events;

    private static async IAsyncEnumerable<ModelEvent> ReadAsync(IAsyncEnumerable<ModelEvent> events, KnownSources known, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CitedText? text = null;
        var isAnswer = false;
        var made = new List<StepDelta>();
        await foreach (var value in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var isTaken = false;
            switch (value)
            {
                case StepStarted { Shell: var shell }:
                    // A block that stands in the start is not cut into pieces; what goes on behind it is left as it is.
                    isAnswer = shell is ModelOutputStep { Content.Count: 0 };
                    break;
                case StepPiece { Delta: TextDelta piece } when isAnswer:
                    (text ??= new CitedText(known)).Add(piece.Text, made);
                    isTaken = true;
                    break;
                case StepPiece { Delta: TextAnnotationDelta { Annotations: { } annotations } piece } when text is not null:
                    made.Add(piece with { Annotations = text.Move(annotations) });
                    isTaken = true;
                    break;
                default:
                    // The end of the step, or a medium, behind which another block begins.
                    text?.End(made);
                    text = null;
                    break;
            }

            foreach (var delta in made)
            {
                yield return new StepPiece(delta);
            }

            made.Clear();
            if (!isTaken)
            {
                yield return value;
            }
        }
    }
}

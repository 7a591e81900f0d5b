namespace OpenInteractions.Engine.Events;

/// <summary>Takes a whole step apart into the shell and the deltas that would have told of it: the inverse of the fold.</summary>
internal static class StepPieces
{
    private static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement.Clone();

    public static (Step Shell, IReadOnlyList<StepDelta> Deltas) Of(Step step) => step switch
    {
        ModelOutputStep output when CanBeTold(output.Content) => (output with { Content = [] }, [.. output.Content.SelectMany(OutputDeltas)]),
        ThoughtStep thought when CanBeSummed(thought.Summary ?? []) => (thought with { Summary = null, Signature = null }, [.. ThoughtDeltas(thought)]),
        FunctionCallStep call => (call with { Arguments = EmptyObject }, [new ArgumentsDelta { Arguments = call.Arguments.GetRawText() }]),

        _ => ServerToolPieces.Of(step),
    };

    /// <summary>True when deltas bring these blocks back as they are: nothing newer than us in them, and no neighbours that would be joined.</summary>
    private static bool CanBeTold(IReadOnlyList<ContentBlock> content) => content.All(HasDelta) && !HasNeighbours<TextContent>(content) && !HasNeighbours<AudioContent>(content);

    private static bool HasDelta(ContentBlock block) => block.Unknown is null && block is not UnknownContent and not VideoContent { Name: not null } and not VideoContent { Processing: not null };

    private static bool CanBeSummed(IReadOnlyList<ContentBlock> summary) =>
        !HasNeighbours<TextContent>(summary) && !summary.OfType<TextContent>().Any(t => t.Annotations is not null || t.Unknown is not null);

    private static bool HasNeighbours<T>(IReadOnlyList<ContentBlock> content)
        where T : ContentBlock => content.Zip(content.Skip(1)).Any(pair => pair is (T, T));

    private static IEnumerable<StepDelta> OutputDeltas(ContentBlock block)
    {
        switch (block)
        {
            case TextContent text:
                yield return new TextDelta { Text = text.Text };
                if (text.Annotations is { Count: > 0 } annotations)
                {
                    yield return new TextAnnotationDelta { Annotations = annotations };
                }

                break;
            case ImageContent image:
                yield return new ImageDelta { Data = image.Data, Uri = image.Uri, MimeType = image.MimeType, Resolution = image.Resolution };
                break;
            case AudioContent audio:
                yield return new AudioDelta { Data = audio.Data, Uri = audio.Uri, MimeType = audio.MimeType, SampleRate = audio.SampleRate, Channels = audio.Channels };
                break;
            case VideoContent video:
                yield return new VideoDelta { Data = video.Data, Uri = video.Uri, MimeType = video.MimeType, Resolution = video.Resolution };
                break;
            case DocumentContent document:
                yield return new DocumentDelta { Data = document.Data, Uri = document.Uri, MimeType = document.MimeType };
                break;
        }
    }

    private static IEnumerable<StepDelta> ThoughtDeltas(ThoughtStep thought)
    {
        foreach (var block in thought.Summary ?? [])
        {
            yield return new ThoughtSummaryDelta { Content = block };
        }

        if (thought.Signature is { } signature)
        {
            yield return new ThoughtSignatureDelta { Signature = signature };
        }
    }
}

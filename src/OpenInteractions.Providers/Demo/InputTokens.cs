using System.Text;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Providers.Demo;

/// <summary>
/// Tokens read, by modality. Text as <see cref="DemoTokens"/> counts; media by flat rates, which are round figures of the size that
/// vendors charge: an image 256, a document 256, sound and video 512.
/// </summary>
internal sealed record InputTokens(long Text, long Image, long Audio, long Video, long Document)
{
    public static readonly InputTokens None = new(0, 0, 0, 0, 0);

    public long Total => Text + Image + Audio + Video + Document;

    public static InputTokens Of(IEnumerable<ConversationItem> items)
    {
        var sum = None;
        foreach (var item in items)
        {
            sum += item switch
            {
                Said said => None with { Text = DemoTokens.Count(said.Text) },
                Answered answered => None with { Text = DemoTokens.Count(answered.Text) },
                Called called => None with { Text = DemoTokens.Count(called.Name) },
                CameBack back => None with { Text = DemoTokens.Count(back.Value.GetRawText()) },
                Shown { Media: ImageContent } => None with { Image = 256 },
                Shown { Media: DocumentContent } => None with { Document = 256 },
                Shown { Media: AudioContent } => None with { Audio = 512 },
                Shown { Media: VideoContent } => None with { Video = 512 },
                _ => None,
            };
        }

        return sum;
    }

    public static InputTokens operator +(InputTokens a, InputTokens b) =>
        new(a.Text + b.Text, a.Image + b.Image, a.Audio + b.Audio, a.Video + b.Video, a.Document + b.Document);

    public IReadOnlyList<ModalityTokens> ByModality() =>
    [
        .. new (string Name, long Tokens)[] { ("text", Text), ("image", Image), ("audio", Audio), ("video", Video), ("document", Document) }
            .Where(m => m.Tokens > 0)
            .Select(m => new ModalityTokens { Modality = m.Name, Tokens = m.Tokens }),
    ];
}

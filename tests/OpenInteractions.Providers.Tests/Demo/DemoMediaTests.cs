using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Demo;

public sealed class DemoMediaTests
{
    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Media_are_described_by_what_their_bytes_say(string kind, string base64, string description)
    {
        ContentBlock media = kind switch
        {
            "image" => new ImageContent { Data = base64 },
            "audio" => new AudioContent { Data = base64 },
            "video" => new VideoContent { Data = base64 },
            _ => new DocumentContent { Data = base64 },
        };

        var answer = await new DemoChat().ShowAsync("What is this?", media);

        Assert.StartsWith($"The {kind} is {description}", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_that_the_bytes_contradict_is_told()
    {
        var answer = await new DemoChat().ShowAsync("", new ImageContent { Data = MediaSamples.Png(3, 2), MimeType = "image/jpeg" });

        Assert.Contains("is image/png: 3×2 pixels", answer.Text, StringComparison.Ordinal);
        Assert.Contains("stated to be image/jpeg, which its bytes are not", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_media_are_numbered()
    {
        var answer = await new DemoChat().ShowAsync("Describe these.", new ImageContent { Data = MediaSamples.Png(3, 2) }, new DocumentContent { Data = MediaSamples.Pdf(2) });

        Assert.StartsWith("Item 1, the image, is image/png: 3×2 pixels, ", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\nItem 2, the document, is application/pdf: 2 pages, ", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("MM-7")]
    public async Task Media_of_an_earlier_turn_need_not_be_sent_again()
    {
        var chat = new DemoChat();
        await chat.ShowAsync("Look at this.", new ImageContent { Data = MediaSamples.Png(640, 480) });

        Assert.Contains("640×480", (await chat.SayAsync("How wide is the picture?")).Text, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("FN-5")]
    public async Task Images_in_a_result_are_seen()
    {
        var chat = new DemoChat().WithFunction("take_screenshot");
        var call = (await chat.SayAsync("Call take_screenshot.")).Calls.Single();

        var answer = await chat.ReturnAsync(call.Id, $$"""[{"type":"text","text":"done"},{"type":"image","mime_type":"image/png","data":"{{MediaSamples.Png(1280, 720)}}"}]""");

        Assert.Contains("take_screenshot returned done.", answer.Text, StringComparison.Ordinal);
        Assert.Contains("The image is image/png: 1280×720 pixels", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_named_and_not_fetched()
    {
        var answer = await new DemoChat().ShowAsync("And this?", new VideoContent { Uri = "https://example.com/a.mp4", MimeType = "video/mp4" });

        Assert.StartsWith("The video is at https://example.com/a.mp4 and is said to be video/mp4; I do not fetch addresses.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_of_media_fill_a_schema()
    {
        var schema = """{"type":"object","properties":{"width":{"type":"integer"},"height":{"type":"integer"},"mime_type":{"type":"string"}},"required":["width","height","mime_type"]}""";
        var chat = new DemoChat { Formats = [new TextResponseFormat { MimeType = "application/json", Schema = JsonElement.Parse(schema) }] };

        Assert.Equal("""{"width":31,"height":7,"mime_type":"image/png"}""", (await chat.ShowAsync("Measure it.", new ImageContent { Data = MediaSamples.Png(31, 7) })).Text);
    }

    [Fact]
    public async Task Damaged_media_of_every_kind_and_length_are_still_answered()
    {
        foreach (var sample in Samples.Select(s => Convert.FromBase64String((string)s[1])))
        {
            for (var length = 1; length < Math.Min(sample.Length, 200); length++)
            {
                var cut = sample[..length];
                var noisy = cut.Select((b, i) => i >= 12 ? (byte)(b ^ 0xFF) : b).ToArray();
                Assert.NotEqual("", (await new DemoChat().ShowAsync("", new ImageContent { Data = Convert.ToBase64String(cut) })).Text);
                Assert.NotEqual("", (await new DemoChat().ShowAsync("", new ImageContent { Data = Convert.ToBase64String(noisy) })).Text);
            }
        }
    }

    public static IEnumerable<object[]> Samples =>
    [
        ["image", MediaSamples.Png(640, 480), "image/png: 640×480 pixels"],
        ["image", MediaSamples.Jpeg(800, 600), "image/jpeg: 800×600 pixels"],
        ["image", MediaSamples.Gif(10, 20), "image/gif: 10×20 pixels"],
        ["image", MediaSamples.WebPLossless(300, 200), "image/webp: 300×200 pixels"],
        ["image", MediaSamples.WebPExtended(4000, 3000), "image/webp: 4000×3000 pixels"],
        ["audio", MediaSamples.Wave(seconds: 1.5, rate: 16_000, channels: 1), "audio/wav: 1.5 seconds, 16000 Hz, 1 channel"],
        ["audio", MediaSamples.Mp3(frames: 100), "audio/mpeg: 2.61 seconds, 44100 Hz, 2 channels"],
        ["video", MediaSamples.Mp4(seconds: 12, width: 1920, height: 1080, padding: 0), "video/mp4: 1920×1080 pixels, 12 seconds"],
        ["video", MediaSamples.Mp4(seconds: 3, width: 320, height: 240, padding: 3_000_000), "video/mp4: 320×240 pixels, 3 seconds"],
        ["document", MediaSamples.Pdf(7), "application/pdf: 7 pages"],
        ["document", Convert.ToBase64String("a,b\n1,2\n"u8), "text/plain: 2 lines, 8 bytes"],
        ["document", Convert.ToBase64String([1, 2, 3, 0, 200]), "of a kind that I do not know: 5 bytes"],
    ];
}

using OpenInteractions.Contracts.Content;

namespace OpenInteractions.Providers.Tests.Anthropic;

/// <summary>What is refused before a call (protocols 6.6).</summary>
public sealed class MediaFaultTests
{
    [Theory]
    [InlineData("image", "image/tiff", "images of type 'image/tiff' (image/png, image/jpeg, image/gif, image/webp are)")]
    [InlineData("image", "image/png", null)]
    [InlineData("image", "image/jpg", null)]
    [InlineData("document", "application/msword", "documents of type 'application/msword' (application/pdf and text are)")]
    [InlineData("document", "application/pdf", null)]
    [InlineData("document", "text/csv", null)]
    [InlineData("audio", "audio/wav", "audio input")]
    public async Task A_type_that_the_service_never_takes_is_known_beforehand(string kind, string type, string? fault)
    {
        await using var talk = await Talk.BeginAsync();
        MediaContent media = kind switch
        {
            "image" => new ImageContent { MimeType = type, Data = "AAAA" },
            "document" => new DocumentContent { MimeType = type, Data = "AAAA" },
            _ => new AudioContent { MimeType = type, Data = "AAAA" },
        };

        Assert.Equal(fault, talk.Provider.MediaFault(talk.Provider.Describe(talk.Model))!(media));
    }
}

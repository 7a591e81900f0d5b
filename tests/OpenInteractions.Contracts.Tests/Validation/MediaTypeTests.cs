using System.Text;
using System.Text.Json;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Validation;

namespace OpenInteractions.Contracts.Tests.Validation;

/// <summary>Media types are an open set; their syntax is not (RFC 9110, 8.3.1).</summary>
public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("image/png")]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("image/svg+xml")]
    [InlineData("audio/l16;rate=24000;channels=1")]
    [InlineData("text/plain ; charset=utf-8")]
    [InlineData("text/plain; charset=\"ut\\\"f-8 \"")]
    [InlineData("text/plain;")]
    [InlineData("x/!#$%&'*+-.^_`|~")]
    public void A_type_is_taken(string type) => RequestBody.ReadCreateInteraction(Body(type));

    [Theory]
    [InlineData("text/evil\r\n\"x")]
    [InlineData("image")]
    [InlineData("image/")]
    [InlineData("/png")]
    [InlineData("image/png/x")]
    [InlineData("image /png")]
    [InlineData(" image/png")]
    [InlineData("image/png\n")]
    [InlineData("image/png\0")]
    [InlineData("imäge/png")]
    [InlineData("image/png;a")]
    [InlineData("image/png;a=")]
    [InlineData("image/png;a=\"x")]
    [InlineData("image/png;a=\"x\\")]
    [InlineData("image/png;a=\"x\r\ny\"")]
    [InlineData("image/png;=b")]
    [InlineData("image/png, image/gif")]
    public void What_is_no_type_is_refused_with_its_place(string type)
    {
        var refusal = Assert.Throws<ApiException>(() => RequestBody.ReadCreateInteraction(Body(type)));

        Assert.Equal((ErrorCode.InvalidRequest, "input[0].content[0].mime_type"), (refusal.Code, refusal.Field));
        Assert.Contains("expected a media type", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image")]
    [InlineData("audio")]
    [InlineData("video")]
    [InlineData("document")]
    public void A_type_without_end_is_refused_on_every_medium(string medium)
    {
        var refusal = Assert.Throws<ApiException>(() => RequestBody.ReadCreateInteraction(Body("image/" + new string('x', 250), medium)));

        Assert.Contains("at most 255", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Body(string type, string medium = "image") => Encoding.UTF8.GetBytes(
        $$"""{"model":"demo","input":[{"type":"user_input","content":[{"type":"{{medium}}","data":"AAAA","mime_type":{{JsonSerializer.Serialize(type)}} }]}]}""");
}

using System.Text.Json;
using System.Text.Json.Nodes;
using OpenInteractions.Tools.Mcp;

namespace OpenInteractions.Tools.Tests.Mcp;

/// <summary>What servers answer, and what the model sees of it (protocols M-6, M-7).</summary>
public sealed class ResultContentTests
{
    [Theory]
    [InlineData("""{"content":[{"type":"text","text":"found"}]}""", """[{"type":"text","text":"found"}]""")]
    [InlineData("""{"content":[{"type":"image","data":"aGk=","mimeType":"image/jpeg"}]}""", """[{"type":"image","data":"aGk=","mime_type":"image/jpeg"}]""")]
    [InlineData("""{"content":[{"type":"audio","data":"aGk=","mimeType":"audio/mp3"}]}""", """[{"type":"audio","data":"aGk=","mime_type":"audio/mp3"}]""")]
    [InlineData("""{"content":[{"type":"resource","resource":{"uri":"file:///a.txt","text":"inside"}}]}""", """[{"type":"text","text":"file:///a.txt\ninside"}]""")]
    [InlineData("""{"content":[{"type":"resource","resource":{"uri":"file:///a.pdf","mimeType":"application/pdf","blob":"aGk="}}]}""", """[{"type":"text","text":"file:///a.pdf"},{"type":"document","data":"aGk=","mime_type":"application/pdf"}]""")]
    [InlineData("""{"content":[{"type":"resource","resource":{"uri":"file:///a.png","mimeType":"image/png","blob":"aGk="}}]}""", """[{"type":"text","text":"file:///a.png"},{"type":"image","data":"aGk=","mime_type":"image/png"}]""")]
    [InlineData("""{"content":[{"type":"resource_link","uri":"file:///a","name":"A","description":"the first","mimeType":"text/plain"}]}""", """[{"type":"text","text":"A\nfile:///a\ntext/plain\nthe first"}]""")]
    [InlineData("""{"structuredContent":{"t":21.50}}""", """[{"type":"text","text":"{\"t\":21.50}"}]""")]
    [InlineData("""{"structuredContent":{"city":"京都 🏯"}}""", """[{"type":"text","text":"{\"city\":\"京都 \uD83C\uDFEF\"}"}]""")]
    [InlineData("""{"content":[{"type":"image","data":"aGk=","mimeType":"image/png"}],"structuredContent":{"t":1}}""", """[{"type":"image","data":"aGk=","mime_type":"image/png"},{"type":"text","text":"{\"t\":1}"}]""")]
    [InlineData("""{"content":[{"type":"text","text":"21"}],"structuredContent":{"t":21}}""", """[{"type":"text","text":"21"}]""")]
    [InlineData("""{"content":[]}""", """[{"type":"text","text":"The tool returned no content."}]""")]
    [InlineData("""{}""", """[{"type":"text","text":"The tool returned no content."}]""")]
    [InlineData("""{"content":[{"type":"image","data":"not base64!","mimeType":"image/png"}]}""", """[{"type":"text","text":"[Content of the type 'image/png' was left out: it is not base64.]"}]""")]
    [InlineData("""{"content":[7,{"type":"hologram"},{"text":"x"}]}""", """[{"type":"text","text":"[Content of the kind 'hologram' was left out: it is not known here.]"},{"type":"text","text":"[Content of the kind '' was left out: it is not known here.]"}]""")]
    public void Content_becomes_content_of_the_wire(string result, string blocks)
    {
        Assert.Equal(JsonElement.Parse(blocks).GetRawText(), ResultContent.Read(JsonNode.Parse(result), _ => null).Blocks.GetRawText());
    }

    [Theory]
    [InlineData("""{"content":[],"isError":true}""", true)]
    [InlineData("""{"content":[],"isError":false}""", false)]
    [InlineData("""{"content":[],"isError":"yes"}""", false)]
    [InlineData("""{"content":[]}""", false)]
    [InlineData("""{"content":[],"resultType":"complete"}""", false)]
    [InlineData("""{"resultType":"input_required","inputRequests":{}}""", true)]
    public void The_tool_says_whether_it_failed(string result, bool isError) => Assert.Equal(isError, ResultContent.Read(JsonNode.Parse(result), _ => null).IsError);

    [Fact]
    public void Text_is_left_whole_for_the_engine_to_bound()
    {
        var text = new string('語', 3_000_000);

        Assert.Equal(text, Assert.Single(ResultContent.Read(FakeMcpServer.Text(text), _ => null).Blocks.EnumerateArray()).GetProperty("text").GetString());
    }

    [Fact]
    public void What_the_model_does_not_take_is_left_out_with_a_note_and_the_rest_stays()
    {
        var result = JsonNode.Parse("""{"content":[{"type":"text","text":"a"},{"type":"image","data":"aGk=","mimeType":"image/png"},{"type":"resource","resource":{"uri":"file:///a.gz","mimeType":"application/gzip","blob":"aGk="}}]}""");

        var blocks = ResultContent.Read(result, media => media.MimeType == "application/gzip" ? "documents of the type application/gzip" : null).Blocks;

        Assert.Equal(["text", "image", "text", "text"], blocks.EnumerateArray().Select(b => b.GetProperty("type").GetString()));
        Assert.Equal("[Content of the type 'application/gzip' was left out: the model that is asked does not take documents of the type application/gzip.]", blocks[3].GetProperty("text").GetString());
    }

    [Fact]
    public void Too_many_bytes_of_media_are_left_out_with_a_note()
    {
        var picture = new JsonObject { ["type"] = "image", ["mimeType"] = "image/png", ["data"] = Convert.ToBase64String(new byte[McpLimits.ResultMedia / 2 + 1]) };

        var blocks = ResultContent.Read(new JsonObject { ["content"] = new JsonArray(picture, picture.DeepClone()) }, _ => null).Blocks;

        Assert.Equal(["image", "text"], blocks.EnumerateArray().Select(b => b.GetProperty("type").GetString()));
        Assert.Contains("left out", blocks[1].GetProperty("text").GetString(), StringComparison.Ordinal);
    }
}

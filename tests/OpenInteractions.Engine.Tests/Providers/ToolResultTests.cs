using System.Text.Json;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Providers;

public sealed class ToolResultTests
{
    [Theory]
    [InlineData("\"\\u4eac\\u90fd\"", "京都")]
    [InlineData("{ \"city\": \"\\u4eac\\u90fd \\ud83c\\udfef\", \"url\": \"a\\/b?c=<d>&e='f'\" }", "{\"city\":\"京都 🏯\",\"url\":\"a/b?c=<d>&e='f'\"}")]
    [InlineData("[1.50, 1e3, null,\n true]", "[1.50,1e3,null,true]")]
    [InlineData("{\"\\u4eac\":\"a\\u0022b\\\\\\u0001\\n\\t\\u2028\"}", "{\"京\":\"a\\\"b\\\\\\u0001\\n\\t\u2028\"}")]
    [Rule("FN-5")]
    [Rule("ST-19")]
    public void A_result_is_read_without_escapes_and_white_space_and_as_it_comes_back_from_the_store(string sent, string read)
    {
        var result = new FunctionResultStep { CallId = "c", Result = JsonElement.Parse(sent) };
        var kept = (FunctionResultStep)JsonSerializer.Deserialize(JsonSerializer.Serialize(result, WireJson.Wire.Step), WireJson.Wire.Step)!;

        Assert.True(sent[0] == '"' || JsonElement.DeepEquals(JsonElement.Parse(sent), JsonElement.Parse(read)));
        Assert.Equal((read, read), (ToolResult.Text(result.Result), ToolResult.Text(kept.Result)));
    }
}

using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Tools.Mcp;

namespace OpenInteractions.Tools.Tests.Mcp;

[Rule("TL-8")]
public sealed class DeclarationTests
{
    [Theory]
    [InlineData("my-server", "https://mcp.example/mcp", "name")]
    [InlineData("", "https://mcp.example/mcp", "name")]
    [InlineData(null, "https://mcp.example/mcp", "name")]
    [InlineData("a\nb", "https://mcp.example/mcp", "name")]
    [InlineData("crm", null, "url")]
    [InlineData("crm", "", "url")]
    [InlineData("crm", "mcp.example/mcp", "url")]
    [InlineData("crm", "ws://mcp.example/mcp", "url")]
    [InlineData("crm", "local:files", "url")]
    [InlineData("crm", "https://user:secret@mcp.example/mcp", "url")]
    [InlineData("crm", "http://127.0.0.2/mcp", "url")]
    [InlineData("crm", "http://0x7f.2/mcp", "url")]
    [InlineData("crm", "http://[::1]/mcp", "url")]
    [InlineData("crm", "http://169.254.169.254/", "url")]
    public async Task What_is_wrong_is_told_with_its_place(string? name, string? url, string field)
    {
        await using var rig = new McpRig();

        var wrong = Assert.Throws<ApiException>(() => rig.Kind.Require(new McpServerTool { Name = name, Url = url }, "tools[2]"));

        Assert.Equal((ErrorCode.InvalidRequest, $"tools[2].{field}"), (wrong.Code, wrong.Field));
        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "inside.example")]
    [InlineData("content-length", "5")]
    [InlineData("Mcp-Session-Id", "other")]
    [InlineData("MCP-Protocol-Version", "2024-11-05")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("X Y", "secret")]
    [InlineData("", "secret")]
    [InlineData("X-Key", "secret\r\nHost: inside.example")]
    [InlineData("X-Key", "geheimnis-ü-secret")]
    public async Task A_header_cannot_change_the_request_itself_and_no_message_repeats_its_value(string header, string value)
    {
        await using var rig = new McpRig();
        var declared = new McpServerTool { Name = "crm", Url = "https://mcp.example/mcp", Headers = new Dictionary<string, string> { [header] = value } };

        var wrong = Assert.Throws<ApiException>(() => rig.Kind.Require(declared, "tools[0]"));

        Assert.Equal((ErrorCode.InvalidRequest, "tools[0].headers"), (wrong.Code, wrong.Field));
        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("crm")]
    [InlineData("CRM_2")]
    [InlineData("our crm")]
    [InlineData("顧客")]
    public async Task Other_names_are_taken(string name)
    {
        await using var rig = new McpRig();

        rig.Kind.Require(new McpServerTool { Name = name, Url = "https://mcp.example/mcp", Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer x" } }, "tools[0]");
    }

    [Fact]
    public void Lists_of_allowed_tools_are_united_and_none_means_all()
    {
        Assert.True(new AllowedNames(null).Contains("a"));
        Assert.True(new AllowedNames([]).Contains("a"));
        Assert.True(new AllowedNames([new AllowedTools { Mode = "auto" }]).Contains("a"));
        Assert.False(new AllowedNames([new AllowedTools { Mode = "none" }]).Contains("a"));
        Assert.False(new AllowedNames([new AllowedTools { Mode = "none", Tools = ["a"] }]).Contains("a"));

        var union = new AllowedNames([new AllowedTools { Tools = ["a"] }, new AllowedTools { Mode = "any", Tools = ["b"] }, new AllowedTools()]);

        Assert.Equal((true, true, false), (union.Contains("a"), union.Contains("b"), union.Contains("c")));
    }

    [Fact]
    public async Task What_is_declared_does_not_print_its_headers()
    {
        await using var rig = new McpRig();
        var declared = new McpServerTool { Name = "crm", Url = "https://mcp.example/mcp", Headers = new Dictionary<string, string> { ["X-Key"] = "secret" } };

        Assert.Equal("crm", ServerDeclaration.Read(declared, rig.Guard, "tools[0]").ToString());
    }
}

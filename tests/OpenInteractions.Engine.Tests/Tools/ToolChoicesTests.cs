using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Tests.Tools;

public sealed class ToolChoicesTests
{
    [Theory]
    [InlineData("crm", true)]
    [InlineData("crm__lookup", true)]
    [InlineData("mcp_server", true)]
    [InlineData("google_search", true)]
    [InlineData("get_weather", true)]
    [InlineData("url_context", false)]
    [InlineData("erp", false)]
    public void A_choice_names_a_function_a_type_a_server_or_one_of_its_tools(string name, bool isDeclared) => Assert.Equal(
        isDeclared,
        ToolChoices.IsDeclared(name, [new FunctionTool { Name = "get_weather" }, new GoogleSearchTool(), new McpServerTool { Name = "crm", Url = "https://crm.example/mcp" }]));
}

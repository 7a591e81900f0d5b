using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Tests.Tools;

public sealed class RemoteFunctionNamesTests
{
    [Theory]
    [InlineData("crm", "lookup", "crm__lookup")]
    [InlineData("crm", "get-sum", "crm__get-sum")]
    [InlineData("crm", "_private", "crm___private")]
    [InlineData("a_b", "c_d", "a_b__c_d")]
    public void A_tool_is_named_after_its_server(string server, string tool, string name) => Assert.Equal(name, RemoteFunctionNames.Of(server, tool));

    [Fact]
    public void Different_tools_have_different_names_that_every_vendor_takes()
    {
        string[] parts = ["a", "b", "_", "__", "_a", "a_", "a__b", "1", "é", "a.b", "a/b", "a b", "名前", new string('x', 70), new string('x', 71), new string('x', 64)];
        var pairs = parts.SelectMany(server => parts.Select(tool => (server, tool))).ToList();

        var names = pairs.Select(p => RemoteFunctionNames.Of(p.server, p.tool)).ToList();

        Assert.All(names, n => Assert.Matches("^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$", n));
        Assert.Equal(pairs.Count, names.Distinct().Count());
        Assert.Equal(names, pairs.Select(p => RemoteFunctionNames.Of(p.server, p.tool)));
    }
}

using System.Text.Json;
using OpenInteractions.Providers.Anthropic;

namespace OpenInteractions.Providers.Tests.Anthropic;

public sealed class OutputSchemaChainTests
{
    /// <summary>As small as threads of a pool get on any Linux, and smaller.</summary>
    private const int SmallStack = 256 * 1024;

    [Theory]
    [InlineData("{\"type\":\"string\"}", true)]
    [InlineData("{\"$ref\":\"#/$defs/d5000\"}", false)]
    public void Definitions_in_a_row_need_no_stack_and_are_told_from_those_that_go_round(string last, bool isEnforced)
    {
        var definitions = string.Concat(Enumerable.Range(0, 9900).Select(i => $"\"d{i}\":{{\"$ref\":\"#/$defs/d{i + 1}\"}},"));
        var schema = JsonElement.Parse("{\"$ref\":\"#/$defs/d0\",\"$defs\":{" + definitions + "\"d9900\":" + last + "}}");
        var enforced = !isEnforced;

        var thread = new Thread(() => enforced = OutputSchema.ToEnforced(schema) is not null, SmallStack);
        thread.Start();
        thread.Join();

        Assert.Equal(isEnforced, enforced);
    }
}

using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Tools.Tests.Engines;

/// <summary>What holds of every tool that takes queries and asks an engine for each of them.</summary>
public abstract class QueryCallContract
{
    /// <summary>An answer of the engine, with one finding in it.</summary>
    private protected abstract string Found { get; }

    private protected abstract Task<QueryOutcome> AskAsync(FakeEngine fake, string arguments);

    [Fact]
    [Rule("TL-2")]
    public async Task Several_queries_are_answered_each_and_what_both_find_has_one_mark()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Found);

        var outcome = await AskAsync(fake, """{"queries":["one"," two ","one",7,""]}""");

        Assert.Equal((2, 2), (fake.Heard.Count, outcome.Results));
        Assert.Contains($"[{Assert.Single(outcome.Reading.Sources).Mark}] (as above)", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_fails_does_not_take_the_others_with_it()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Does(async context =>
        {
            context.Response.StatusCode = context.Request.QueryString.Value!.Contains("bad", StringComparison.Ordinal) ? 500 : 200;
            await context.Response.WriteBodyAsync(Found);
        });

        var outcome = await AskAsync(fake, """{"queries":["bad","good"]}""");

        Assert.Equal((false, 2), (outcome.IsFailed, outcome.Results));
        Assert.Single(outcome.Reading.Sources);
        Assert.Contains("failed (HTTP 500)", outcome.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queries":["1","2","3","4","5","6","7"]}""", 5)]
    [InlineData("""{"query":"one"}""", 1)]
    [InlineData("""{"queries":"one"}""", 1)]
    public async Task Queries_are_taken_as_models_write_them_up_to_five(string arguments, int asked)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(Found);

        var outcome = await AskAsync(fake, arguments);

        Assert.Equal((asked, asked), (fake.Heard.Count, outcome.Results));
        Assert.Equal(asked == 5, outcome.Text.Contains("Only the first 5 of 7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"queries":[]}""")]
    [InlineData("""{"queries":[null," "]}""")]
    public async Task Without_a_query_nobody_is_asked(string arguments)
    {
        await using var fake = await FakeEngine.StartAsync();

        var outcome = await AskAsync(fake, arguments);

        Assert.True(outcome.IsFailed);
        Assert.Contains("'queries'", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(fake.Heard);
    }

    /// <summary>A model whose vendor has these tools.</summary>
    private protected static ModelDescription Model(params string[] native) => new() { Id = "m", Provider = "p", Family = "m", Capabilities = new ModelCapabilities { NativeTools = native } };

    /// <summary>Settings as a line: <c>Engine=local;Pages=/tmp</c>.</summary>
    private protected static (string Name, string Value)[] Settings(string line) => [.. line.Split(';').Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]))];
}

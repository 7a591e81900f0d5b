using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>How long interactions are kept (behaviour ST-18), by a clock that the test moves.</summary>
[Rule("ST-18")]
public sealed class RetentionTests
{
    private const string Hello = """{"model":"demo","input":"echo: hello"}""";

    [Fact]
    public async Task What_is_older_than_the_setting_goes_by_itself_and_what_is_younger_stays()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(
            time, ("OpenInteractions:Retention:KeepFor", "7.00:00:00"), ("OpenInteractions:Retention:SweepInterval", "01:00:00"));
        var old = (await server.Client.CreateAsync(Hello)).Ok();
        time.Advance(TimeSpan.FromDays(6));
        var young = (await server.Client.CreateAsync(Hello)).Ok();

        var erased = server.Log.NextAsync("Erased 1 interactions");
        time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromHours(2));
        await erased.OrTimeout("the sweep that erases the old interaction");

        Assert.Equal(404, (await server.Client.GetAsync(old.Id)).Status);
        Assert.Equal(200, (await server.Client.GetAsync(young.Id)).Status);
    }
}

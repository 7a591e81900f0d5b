using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;
using OpenInteractions.Tools.Tests.GoogleSearch;

namespace OpenInteractions.Tools.Tests.GoogleMaps;

public sealed class MapsCallTests
{
    [Fact]
    [Rule("TL-2")]
    public async Task Several_queries_are_answered_each_and_a_place_of_both_has_one_mark()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says(MapSamples.City);
        await using var rig = Rig(fake);

        var (step, reading, text) = await rig.AskAsync("""{"queries":["one"," two ","one",7,""]}""");

        Assert.Equal(2, step.Result.Count);
        Assert.Single(reading.Sources);
        Assert.Contains($"[{reading.Sources[0].Mark}] (as above)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_fails_does_not_take_the_others_with_it()
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Does(async context =>
        {
            context.Response.StatusCode = context.Request.QueryString.Value!.Contains("bad", StringComparison.Ordinal) ? 500 : 200;
            await context.Response.WriteBodyAsync(MapSamples.City);
        });
        await using var rig = Rig(fake);

        var outcome = await rig.AskAsync("""{"queries":["bad","good"]}""");

        Assert.Equal([0, 1], outcome.Step.Result.Select(r => r.Places!.Count));
        Assert.Contains("failed (HTTP 500)", outcome.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"queries":["1","2","3","4","5","6","7"]}""", 5)]
    [InlineData("""{"query":"one"}""", 1)]
    [InlineData("""{"queries":"one"}""", 1)]
    public async Task Queries_are_taken_as_models_write_them_up_to_five(string arguments, int asked)
    {
        await using var fake = await FakeEngine.StartAsync();
        fake.Says("[]");
        await using var rig = Rig(fake);

        var outcome = await rig.AskAsync(arguments);

        Assert.Equal((asked, asked), (fake.Heard.Count, outcome.Step.Result.Count));
        Assert.Equal(asked == 5, outcome.Text.Contains("Only the first 5 of 7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"queries":[]}""")]
    [InlineData("""{"queries":[null," "]}""")]
    public async Task Without_a_query_nobody_is_asked(string arguments)
    {
        await using var fake = await FakeEngine.StartAsync();
        await using var rig = Rig(fake);

        var outcome = await rig.AskAsync(arguments);

        Assert.True(outcome.IsFailed);
        Assert.Contains("'queries'", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(fake.Heard);
    }

    [Fact]
    public async Task Who_finds_places_follows_from_the_instance_the_model_and_the_preference()
    {
        await using var fake = await FakeEngine.StartAsync();
        await using var none = new MapsRig();
        await using var ours = Rig(fake);
        await using var theirs = new MapsRig(("NominatimAddress", fake.Url), ("Prefer", "native"));
        var tool = new GoogleMapsTool();

        Assert.True(none.Kind.IsNativeTo(tool, Model("google_maps"), "tools[0]"));
        Assert.False(ours.Kind.IsNativeTo(tool, Model("google_maps"), "tools[0]"));
        Assert.False(ours.Kind.IsNativeTo(tool, Model(), "tools[0]"));
        Assert.True(theirs.Kind.IsNativeTo(tool, Model("google_maps"), "tools[0]"));
        Assert.False(theirs.Kind.IsNativeTo(tool, Model(), "tools[0]"));
        var refused = Assert.Throws<ApiException>(() => none.Kind.IsNativeTo(tool, Model("google_search"), "tools[1]"));
        Assert.Equal((ErrorCode.FailedPrecondition, "tools[1]"), (refused.Code, refused.Field));
        Assert.Contains("OpenInteractions:Tools:GoogleMaps:NominatimAddress", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, null, "tools[2].longitude")]
    [InlineData(null, 1.0, "tools[2].latitude")]
    public async Task Half_a_position_is_refused(double? latitude, double? longitude, string field)
    {
        await using var rig = new MapsRig();

        var refused = Assert.Throws<ApiException>(() => rig.Kind.Require(new GoogleMapsTool { Latitude = latitude, Longitude = longitude }, "tools[2]"));

        Assert.Equal((ErrorCode.InvalidRequest, field), (refused.Code, refused.Field));
    }

    [Theory]
    [InlineData("NominatimAddress=ftp://x", "NominatimAddress: must be an http or https address")]
    [InlineData("OverpassAddress=http://x", "NominatimAddress: must be set, because OpenInteractions:Tools:GoogleMaps:OverpassAddress is")]
    [InlineData("NominatimAddress=https://nominatim.openstreetmap.org", "Contact: must be set for the public instance of OpenInteractions:Tools:GoogleMaps:NominatimAddress")]
    [InlineData("NominatimAddress=http://x;OverpassAddress=https://lz4.overpass-api.de;Contact=a@b.example;Concurrency=2", "Concurrency: must be 1 for the public instance")]
    [InlineData("NominatimAddress=http://x;Contact=me (me)", "Contact: must be a mail or web address")]
    [InlineData("NominatimAddress=http://x;Language=de_DE!", "Language: must be a language tag")]
    [InlineData("NominatimAddress=http://x;Results=21", "Results: must be between 1 and 20")]
    public async Task Wrong_settings_are_told_by_their_names(string settings, string problem)
    {
        await using var rig = new MapsRig([.. settings.Split(';').Select(s => s.Split('=', 2)).Select(s => (s[0], s[1]))]);

        Assert.Contains(rig.Problems, p => p.Contains("GoogleMaps:" + problem, StringComparison.Ordinal));
    }

    private static MapsRig Rig(FakeEngine fake) => new(("NominatimAddress", fake.Url));

    private static ModelDescription Model(params string[] native) => new() { Id = "m", Provider = "p", Family = "m", Capabilities = new ModelCapabilities { NativeTools = native } };
}

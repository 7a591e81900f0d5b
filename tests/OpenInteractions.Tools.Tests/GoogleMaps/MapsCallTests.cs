using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Tools.Tests.Engines;

namespace OpenInteractions.Tools.Tests.GoogleMaps;

public sealed class MapsCallTests : QueryCallContract
{
    private protected override string Found => MapSamples.City;

    private protected override async Task<QueryOutcome> AskAsync(FakeEngine fake, string arguments)
    {
        await using var rig = Rig(fake);
        var outcome = await rig.AskAsync(arguments);
        return new QueryOutcome(outcome.Step.Result.Count, outcome.IsFailed, outcome.Reading);
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
        await using var rig = new MapsRig(Settings(settings));

        Assert.Contains(rig.Problems, p => p.Contains("GoogleMaps:" + problem, StringComparison.Ordinal));
    }

    private static MapsRig Rig(FakeEngine fake) => new(("NominatimAddress", fake.Url));
}

using System.Globalization;
using System.Text.Json.Nodes;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Testing;
using OpenInteractions.Tools.Tests.Engines;

namespace OpenInteractions.Tools.Tests.GoogleMaps;

/// <summary>Both instances' own wires, against servers that speak them.</summary>
public sealed class EngineTests : IAsyncLifetime
{
    private FakeEngine _nominatim = null!;
    private FakeEngine _overpass = null!;

    public async Task InitializeAsync() => (_nominatim, _overpass) = (await FakeEngine.StartAsync(), await FakeEngine.StartAsync());

    public async Task DisposeAsync()
    {
        await _nominatim.DisposeAsync();
        await _overpass.DisposeAsync();
    }

    [Fact]
    [Rule("TL-2")]
    public async Task A_place_is_found_by_its_name_and_shown_on_the_wire_without_what_only_the_model_reads()
    {
        _nominatim.Says(MapSamples.Station);
        await using var rig = Rig();

        var (step, reading, text) = await rig.FindAsync("Kyoto Station");

        Assert.Equal("/search?q=Kyoto%20Station&limit=8&format=jsonv2&extratags=1", _nominatim.Heard.Single().Target);
        Assert.Equal("OpenInteractions/1.0 (ops@example.org)", _nominatim.Heard.Single().Headers["User-Agent"]);
        var places = step.Result.Single().Places!;
        Assert.Equal(("Kyoto Station", "places/osm-way-1234567890123", "https://www.openstreetmap.org/way/1234567890123"), (places[0].Name, places[0].PlaceId, places[0].Url));
        Assert.Equal(("1-2", "places/osm-node-42"), (places[1].Name, places[1].PlaceId));
        Assert.Equal(2, places.Count);
        Assert.Null(step.Result[0].WidgetContextToken);
        Assert.Null(step.Result[0].Unknown);
        var cited = Assert.IsType<PlaceCitation>(reading.Sources[0].Citation);
        Assert.Equal((places[0].PlaceId, places[0].Name, places[0].Url), (cited.PlaceId, cited.Name, cited.Url));
        Assert.Contains($"[{reading.Sources[0].Mark}] Kyoto Station\nKyoto Station (station): Kyoto Station, Shichijo-dori, Shimogyo Ward, Kyoto, 600-8216, Japan\nPosition: 34.985849,135.758767\nOpening hours: 05:00-24:00\n", text, StringComparison.Ordinal);
        Assert.Contains("1-2 (building): 1-2, Shimogyo Ward, Kyoto", text, StringComparison.Ordinal);
        Assert.Contains("© OpenStreetMap contributors", text, StringComparison.Ordinal);
        Assert.Empty(_overpass.Heard);
    }

    [Fact]
    public async Task A_kind_of_place_is_looked_for_around_another_nearest_first()
    {
        _nominatim.Says(MapSamples.Station);
        _overpass.Says(MapSamples.Cafes);
        await using var rig = Rig(("Language", "en-GB"));

        var (step, reading, text) = await rig.FindAsync("cafés near Kyoto Station");

        Assert.Equal("/search?q=Kyoto%20Station&limit=8&format=jsonv2&extratags=1&accept-language=en-GB", _nominatim.Heard.Single().Target);
        var asked = _overpass.Heard.Single();
        Assert.Equal(("POST", "/api/interpreter", "OpenInteractions/1.0 (ops@example.org)"), (asked.Method, asked.Target, asked.Headers["User-Agent"]));
        Assert.Equal("""[out:json][timeout:15][maxsize:67108864];nwr(around:1500,34.985849,135.758767)["amenity"="cafe"];out tags center 500;""", Query(asked));
        Assert.Equal(["Near Coffee", "cafe", "Far Coffee"], step.Result.Single().Places!.Select(p => p.Name));
        Assert.Equal(3, reading.Sources.Count);
        Assert.Contains("(within 1.5 km of Kyoto Station, Shichijo-dori", text, StringComparison.Ordinal);
        Assert.Contains("Near Coffee (cafe), 30 m from Kyoto Station, Shichijo-dori, Shimogyo Ward, Kyoto, 600-8216, Japan: Shiokoji-dori 12, 600-8216 Kyoto\n", text, StringComparison.Ordinal);
        Assert.Contains("Website: https://near.example\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cafe", "around:1500,35,135.7", "\"amenity\"=\"cafe\"")]
    [InlineData("nearest drugstores nearby", "around:1500,35,135.7", "\"amenity\"=\"pharmacy\"")]
    [InlineData("bakeries near me", "around:1500,35,135.7", "\"shop\"=\"bakery\"")]
    [InlineData("a train station within 2 km of here", "around:2000,35,135.7", "\"railway\"=\"station\"")]
    [InlineData("museum within 1 mile of 48.2,16.37", "around:1609,48.2,16.37", "\"tourism\"=\"museum\"")]
    [InlineData("diet:vegan=yes within 90 km of my location", "around:20000,35,135.7", "\"diet:vegan\"=\"yes\"")]
    [InlineData("hotels in Kyoto", "around:5749,35.011575,135.768144", "\"tourism\"=\"hotel\"")]
    public async Task Queries_are_understood_as_models_write_them(string query, string circle, string tag)
    {
        _nominatim.Says(MapSamples.City);
        _overpass.Says(MapSamples.Cafes);
        await using var rig = Rig();

        await rig.FindAsync(query, (35, 135.7));

        Assert.Contains($"nwr({circle})[{tag}];", Query(_overpass.Heard.Single()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Café Central")]
    [InlineData("Restaurant Sakura near Kyoto Station")]
    [InlineData("Stephansplatz 1, Wien")]
    [InlineData("amenity=cafe\"];out;(node[\"a\"=\"b near Kyoto")]
    public async Task What_is_no_kind_is_looked_up_as_it_is_with_places_near_the_user_first(string query)
    {
        _nominatim.Says("[]");
        await using var rig = Rig();

        var (step, _, text) = await rig.FindAsync(query, (35, 135.7));

        Assert.StartsWith($"/search?q={Uri.EscapeDataString(query)}&limit=8&viewbox=135.425533%2C34.77517%2C135.974467%2C35.22483&", _nominatim.Heard.Single().Target, StringComparison.Ordinal);
        Assert.DoesNotContain("bounded", _nominatim.Heard.Single().Target, StringComparison.Ordinal);
        Assert.Empty(Assert.Single(step.Result).Places!);
        Assert.Contains("Nothing was found.", text, StringComparison.Ordinal);
        Assert.Empty(_overpass.Heard);
    }

    [Fact]
    public async Task A_point_is_told_by_what_is_there_and_the_sea_by_nothing()
    {
        _nominatim.Says(MapSamples.Here).Says("""{"error":"Unable to geocode"}""");
        await using var rig = Rig();

        var found = await rig.FindAsync("35.0, 135.77");
        var sea = await rig.FindAsync("0,0");

        Assert.Equal("/reverse?lat=35&lon=135.77&format=jsonv2&extratags=1", _nominatim.Heard[0].Target);
        Assert.Equal("Gojo-dori 5", found.Step.Result.Single().Places!.Single().Name);
        Assert.False(sea.IsFailed);
        Assert.Empty(sea.Step.Result.Single().Places!);
    }

    [Fact]
    public async Task Without_overpass_nominatim_is_asked_for_kinds_too()
    {
        _nominatim.Says(MapSamples.Station);
        await using var rig = new MapsRig(("NominatimAddress", _nominatim.Url + "/osm/"));

        await rig.FindAsync("cafe near Kyoto Station");
        await rig.FindAsync("pharmacy near me", (35, 135.7));

        Assert.StartsWith("/osm/search?q=cafe%20near%20Kyoto%20Station&limit=8&format", _nominatim.Heard[0].Target, StringComparison.Ordinal);
        Assert.StartsWith("/osm/search?q=pharmacy&limit=8&viewbox=", _nominatim.Heard[1].Target, StringComparison.Ordinal);
        Assert.Contains("&bounded=1&", _nominatim.Heard[1].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nobody_knows_the_user_near_me_is_a_question_back()
    {
        await using var rig = Rig();

        var outcome = await rig.FindAsync("cafe near me");

        Assert.True(outcome.IsFailed);
        Assert.Contains("'latitude' and 'longitude'", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(_nominatim.Heard);
        Assert.DoesNotContain("near me", (await rig.OpenAsync()).Declaration.Description, StringComparison.Ordinal);
        Assert.Contains("near me", (await rig.OpenAsync(1, 2)).Declaration.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_place_that_is_not_found_has_nothing_around_it()
    {
        _nominatim.Says("[]");
        await using var rig = Rig();

        var outcome = await rig.FindAsync("cafe near Atlantis");

        Assert.True(outcome.IsFailed);
        Assert.Contains("No place was found for 'Atlantis'", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(_overpass.Heard);
        Assert.DoesNotContain("Atlantis", rig.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_circle_with_too_many_places_is_drawn_smaller_so_that_the_nearest_are_among_them()
    {
        var many = new JsonArray([.. Enumerable.Range(1, 500).Select(i => (JsonNode)new JsonObject
        {
            ["type"] = "node", ["id"] = i, ["lat"] = 35.01, ["lon"] = 135.7, ["tags"] = new JsonObject { ["name"] = i.ToString(CultureInfo.InvariantCulture) },
        })]);
        _overpass.Says(new JsonObject { ["elements"] = many }.ToJsonString()).Says(MapSamples.Cafes);
        await using var rig = Rig();

        var outcome = await rig.FindAsync("bench near me", (35, 135.7));

        Assert.Equal(["around:1500,", "around:375,"], _overpass.Heard.Select(h => Query(h)[Query(h).IndexOf("around", StringComparison.Ordinal)..(Query(h).IndexOf(',', StringComparison.Ordinal) + 1)]));
        Assert.Equal(3, outcome.Step.Result.Single().Places!.Count);
    }

    [Fact]
    public async Task A_query_that_took_too_long_there_is_a_success_with_a_remark_and_no_success_here()
    {
        _overpass.Says("""{"version":0.6,"elements":[],"remark":"runtime error: Query timed out in \"query\" at line 1 after 16 seconds."}""");
        await using var rig = Rig();

        var outcome = await rig.FindAsync("bench near me", (35, 135.7));

        Assert.True(outcome.IsFailed);
        Assert.Contains("smaller circle", outcome.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "<html>Usage limit reached</html>", "Its operator has to look at")]
    [InlineData(400, """{"error":{"code":400,"message":"Nothing to search for."}}""", "HTTP 400")]
    [InlineData(504, "<html>The server is probably too busy to handle your request.</html>", "failed (HTTP 504)")]
    [InlineData(200, "<html>no json</html>", "could not be understood")]
    [InlineData(200, """{"error":"x"}""", "could not be understood")]
    [InlineData(200, "[{", "could not be understood")]
    public async Task What_goes_wrong_is_told_to_the_model_in_words_of_ours(int status, string answer, string told)
    {
        _nominatim.Says(answer, status);
        await using var rig = Rig();

        var outcome = await rig.FindAsync("private place");

        Assert.True(outcome.IsFailed);
        Assert.Contains(told, outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("address search gave no answer", rig.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("private place", rig.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_instance_is_given_up_after_its_time()
    {
        var time = new ManualTime();
        _nominatim.Does(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var rig = new MapsRig(time, Settings());

        var finding = rig.FindAsync("Kyoto");
        await _nominatim.FirstRequest.OrTimeout("the request");
        time.Advance(TimeSpan.FromSeconds(16));

        Assert.Contains("within 15 seconds", (await finding.OrTimeout("the end of the patience")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_never_ends_is_dropped()
    {
        _overpass.Does(async context =>
        {
            var chunk = new byte[64 * 1024];
            chunk.AsSpan().Fill((byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        });
        await using var rig = Rig();

        Assert.Contains("more than 2097152 bytes", (await rig.FindAsync("bench near me", (35, 135.7)).OrTimeout("the bound")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_another_private_address_is_not_followed_and_takes_no_query_with_it()
    {
        await using var other = await FakeEngine.StartAsync();
        _nominatim.Says("", 302, ("Location", other.Url + "/search"));
        _overpass.Says("", 307, ("Location", other.Url + "/api/interpreter"));
        await using var rig = Rig();

        var named = await rig.FindAsync("Kyoto");
        var around = await rig.FindAsync("bench near me", (35, 135.7));

        Assert.True(named.IsFailed && around.IsFailed);
        Assert.Contains("redirects to another one", named.Text, StringComparison.Ordinal);
        Assert.Empty(other.Heard);
    }

    [Fact]
    public async Task Both_instances_are_trusted_for_themselves_alone()
    {
        _nominatim.Says("", 302, ("Location", _overpass.Url + "/search"));
        await using var rig = Rig();

        Assert.True((await rig.FindAsync("Kyoto")).IsFailed);
        Assert.Empty(_overpass.Heard);
    }

    [Fact]
    public async Task An_instance_is_asked_one_request_at_a_time()
    {
        var (most, now) = (0, 0);
        _nominatim.Does(async context =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            await context.Response.WriteBodyAsync("[]");
        });
        await using var rig = Rig();

        await rig.AskAsync("""{"queries":["a","b","c","d","e"]}""");

        Assert.Equal((5, 1), (_nominatim.Heard.Count, most));
    }

    [Fact]
    public async Task A_request_whose_turn_does_not_come_is_told()
    {
        var time = new ManualTime();
        await using var rig = new MapsRig(time, [.. Settings(), ("Timeout", "00:00:10")]);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _nominatim.Does(async context =>
        {
            await release.Task;
            await context.Response.WriteBodyAsync("[]");
        });
        using var left = new CancellationTokenSource();
        using var turns = new Tools.Engines.EngineTurns(1, TimeSpan.Zero, TimeSpan.FromSeconds(20), time);
        var first = turns.TakeAsync("map", () => release.Task.ContinueWith(_ => 1, TaskScheduler.Default), CancellationToken.None);
        var second = turns.TakeAsync("map", () => Task.FromResult(2), CancellationToken.None);
        var third = turns.TakeAsync("map", () => Task.FromResult(3), left.Token);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        time.Advance(TimeSpan.FromSeconds(21));
        var refused = await Assert.ThrowsAsync<Tools.Engines.EngineFailedException>(() => second.OrTimeout("the end of the patience"));
        release.SetResult();

        Assert.Contains("The map was not asked", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await first.OrTimeout("the first"));
    }

    [Fact]
    public async Task Turns_that_need_a_pause_wait_for_it()
    {
        var time = new ManualTime();
        using var turns = new Tools.Engines.EngineTurns(1, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), time);
        Assert.Equal(1, await turns.TakeAsync("map", () => Task.FromResult(1), CancellationToken.None));

        var pause = time.TimerAsync(TimeSpan.FromSeconds(1), "the pause");
        var second = turns.TakeAsync("map", () => Task.FromResult(2), CancellationToken.None);
        await pause;
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, await second.OrTimeout("the second"));
    }

    [Fact]
    public async Task An_answer_is_taken_from_memory_for_its_time()
    {
        var time = new ManualTime();
        _nominatim.Says(MapSamples.Station);
        await using var rig = new MapsRig(time, Settings());

        await rig.FindAsync("Kyoto Station");
        var again = await rig.FindAsync("Kyoto Station");
        Assert.Single(_nominatim.Heard);
        time.Advance(TimeSpan.FromMinutes(61));
        await rig.FindAsync("Kyoto Station");

        Assert.Equal(2, again.Reading.Sources.Count);
        Assert.Equal(2, _nominatim.Heard.Count);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen; (seen = Volatile.Read(ref most)) < value;)
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private static string Query(Asked asked) => Uri.UnescapeDataString(asked.Body["data=".Length..].Replace('+', ' '));

    private MapsRig Rig(params (string, string)[] more) => new([.. Settings(), .. more]);

    private (string, string)[] Settings() => [("NominatimAddress", _nominatim.Url), ("OverpassAddress", _overpass.Url), ("Contact", "ops@example.org")];
}

using System.Text.Json;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.Gemini;
using OpenInteractions.Tools.Tests.Engines;

namespace OpenInteractions.Tools.Tests.GoogleMaps;

/// <summary>Places inside turns, through the API, with instances of OpenStreetMap and every vendor's wire.</summary>
public sealed class MapsTurnsTests : IAsyncLifetime
{
    private VendorWires _wires = null!;
    private FakeEngine _nominatim = null!;
    private FakeEngine _overpass = null!;

    public async Task InitializeAsync()
    {
        (_wires, _nominatim, _overpass) = (await VendorWires.StartAsync(), await FakeEngine.StartAsync(), await FakeEngine.StartAsync());
        _nominatim.Says(MapSamples.Station);
        _overpass.Says(MapSamples.Cafes);
    }

    public async Task DisposeAsync()
    {
        await _wires.DisposeAsync();
        await _nominatim.DisposeAsync();
        await _overpass.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(VendorWires.Ways), MemberType = typeof(VendorWires))]
    [Rule("TL-1")]
    [Rule("TL-2")]
    [Rule("TL-3")]
    [Rule("TL-5")]
    [Rule("TL-13")]
    public async Task A_model_finds_places_cites_them_by_bytes_and_knows_them_in_the_next_turn(string wire, bool isStreamed)
    {
        await using var server = await ServerAsync(wire);
        var (vendor, model) = (_wires[wire], VendorWires.ModelOf(wire));
        var read = "";
        vendor.Enqueue(_wires.Calls(wire, "google_maps", """{"queries":["cafe near Kyoto Station"]}"""));
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"コーヒー ☕: 近い珈琲がいいです [{ShownMarks.First(read)}]。以上。")(request);
        });

        var first = await AskAsync(server, model, "Where is coffee?", previous: null, isStreamed);

        var made = first.Steps.WithoutThoughts();
        Assert.Equal(["google_maps_call", "google_maps_result", "model_output"], made.Select(s => s.Type()));
        Assert.Equal(made[0].GetProperty("id").GetString(), made[1].GetProperty("call_id").GetString());
        Assert.Equal("""{"queries":["cafe near Kyoto Station"]}""", made[0].GetProperty("arguments").GetRawText());
        Assert.Equal(["call_id", "result", "signature", "type"], made[1].EnumerateObject().Select(m => m.Name).Order());
        Assert.Equal(["places"], made[1].GetProperty("result")[0].EnumerateObject().Select(m => m.Name));
        Assert.Equal(["name", "place_id", "url"], made[1].GetProperty("result")[0].GetProperty("places")[0].EnumerateObject().Select(m => m.Name).Order());
        Assert.Contains("近い珈琲 (cafe), 30 m from Kyoto Station", read, StringComparison.Ordinal);
        AssertCited(made[2], "コーヒー ☕: 近い珈琲がいいです。以上。", "コーヒー ☕: 近い珈琲がいいです");

        // The next turn: the model reads the places still, and may cite one without looking it up again.
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"Yes. It is near 🏯 [{ShownMarks.First(read)}].")(request);
        });
        var next = await AskAsync(server, model, "Sure?", first.Id, isStreamed);

        Assert.Contains("30 m from Kyoto Station", read, StringComparison.Ordinal);
        AssertCited(next.Steps[^1], "Yes. It is near 🏯.", "It is near 🏯");
        Assert.Single(_overpass.Heard);
        Assert.Empty(vendor.Refusals);
    }

    [Theory]
    [InlineData("Find a cafe near Kyoto Station on the map.", "near Kyoto Station", "近い珈琲")]
    [InlineData("Use google_maps to look up \"cafe within 300 m of 34.986,135.759\".", "34.986,135.759", "近い珈琲")]
    [InlineData("What restaurants are near me?", "34.98,135.75", "近い珈琲")]
    public async Task The_demo_model_finds_places_and_cites_them(string prompt, string asked, string name)
    {
        await using var server = await ServerAsync("chat");

        foreach (var isStreamed in new[] { false, true })
        {
            var made = (await AskAsync(server, "demo", prompt, previous: null, isStreamed)).Steps.WithoutThoughts();

            Assert.Equal(["google_maps_call", "google_maps_result", "model_output"], made.Select(s => s.Type()));
            Assert.Contains(asked, made[0].GetRawText() + _overpass.Heard[^1].Body.Replace("%2C", ",", StringComparison.Ordinal), StringComparison.Ordinal);
            var block = made[2].GetProperty("content")[0];
            var cited = block.GetProperty("annotations")[0];
            Assert.Equal(("place_citation", name), (cited.Type(), cited.GetProperty("name").GetString()));
            Assert.StartsWith(name, block.Cut(cited).TrimStart('-', ' '), StringComparison.Ordinal);
            ShownMarks.AssertNone(block.Text("text"));
        }
    }

    [Fact]
    [Rule("TL-1")]
    public async Task Places_and_a_function_of_the_clients_are_called_side_by_side_and_the_turn_stops_for_the_function()
    {
        await using var server = await ServerAsync("responses");
        _wires["responses"].Enqueue(_wires.Calls("responses", "google_maps", """{"queries":["Kyoto Station"]}"""));
        _wires["responses"].Enqueue(_wires.Calls("responses", "book_table", "{}"));

        var answer = (await server.Client.CreateAsync("""{"model":"gpt-5.1","input":"Book.","tools":[{"type":"google_maps"},{"type":"function","name":"book_table"}]}""")).Ok();

        Assert.Equal("requires_action", answer.State);
        Assert.Equal(["google_maps_call", "google_maps_result", "function_call"], answer.Steps.WithoutThoughts().Select(s => s.Type()));
    }

    [Theory]
    [InlineData("interactions")]
    [InlineData("generateContent")]
    [Rule("TL-2")]
    public async Task Without_an_instance_gemini_finds_places_itself_and_the_widget_token_arrives(string wire)
    {
        await using var server = await _wires.ServerAsync(wire);
        _wires[wire].Enqueue(_wires.Gemini.Turn(GeminiTurn.Empty.LooksUp("coffee", "widget-1", new GeminiPlace("places/ChIJ1", "Near Coffee", "https://maps.example/1", 0, 11)).Text("Near Coffee is open.")));

        var answer = (await server.Client.CreateAsync($$"""{"model":"{{VendorWires.ModelOf(wire)}}","input":"Coffee?","tools":[{"type":"google_maps","latitude":34.98,"longitude":135.75,"enable_widget":true}]}""")).Ok();

        var made = answer.Steps.Where(s => s.Type() != "thought").OrderBy(s => s.Type() == "model_output").ToList();
        Assert.Equal(["google_maps_call", "google_maps_result", "model_output"], made.Select(s => s.Type()));
        Assert.Equal("widget-1", made[1].GetProperty("result")[0].GetProperty("widget_context_token").GetString());
        Assert.Equal("places/ChIJ1", made[1].GetProperty("result")[0].GetProperty("places")[0].GetProperty("place_id").GetString());
        var block = made[2].GetProperty("content")[0];
        Assert.Equal("Near Coffee", block.Cut(block.GetProperty("annotations")[0]));
        var sent = JsonDocument.Parse(_wires[wire].Requests[^1].Text).RootElement;
        var (tool, position) = wire == "interactions"
            ? (sent.GetProperty("tools")[0], sent.GetProperty("tools")[0])
            : (sent.GetProperty("tools")[0].GetProperty("googleMaps"), sent.GetProperty("toolConfig").GetProperty("retrievalConfig").GetProperty("latLng"));
        Assert.True(tool.GetProperty(wire == "interactions" ? "enable_widget" : "enableWidget").GetBoolean());
        Assert.Equal((34.98, 135.75), (position.GetProperty("latitude").GetDouble(), position.GetProperty("longitude").GetDouble()));
        Assert.Empty(_wires[wire].Refusals);
    }

    [Fact]
    [Rule("TL-1")]
    public async Task Without_an_instance_models_of_others_are_refused_before_anything_is_sent()
    {
        await using var server = await _wires.ServerAsync("responses");

        foreach (var model in new[] { "gpt-5.1", "claude-opus-5", "local/scripted", "demo" })
        {
            var refused = await server.Client.CreateAsync($$"""{"model":"{{model}}","input":"Coffee?","tools":[{"type":"function","name":"f"},{"type":"google_maps"}]}""");

            Assert.Equal((400, "failed_precondition"), (refused.Status, refused.ErrorCode));
            Assert.Contains("OpenInteractions:Tools:GoogleMaps:NominatimAddress", refused.ErrorMessage, StringComparison.Ordinal);
            Assert.Contains("tools[1]", refused.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Empty(_wires["responses"].Requests.Where(r => r.Method == "POST"));
    }

    private static Task<(string Id, string State, IReadOnlyList<JsonElement> Steps)> AskAsync(ServerProcess server, string model, string prompt, string? previous, bool isStreamed)
    {
        var chain = previous is null ? "" : $"\"previous_interaction_id\":\"{previous}\",";
        return VendorWires.CreateAsync(server, $$"""{"model":"{{model}}",{{chain}}"input":{{JsonSerializer.Serialize(prompt)}},"tools":[{"type":"google_maps","latitude":34.98,"longitude":135.75}]}""", isStreamed);
    }

    private static void AssertCited(JsonElement output, string text, string cited)
    {
        var block = output.GetProperty("content")[0];
        Assert.Equal(text, block.GetProperty("text").GetString());
        var citation = Assert.Single(block.GetProperty("annotations").EnumerateArray());
        Assert.Equal(("place_citation", "places/osm-way-22", "近い珈琲", "https://www.openstreetmap.org/way/22", cited),
            (citation.Type(), citation.GetProperty("place_id").GetString(), citation.GetProperty("name").GetString(), citation.GetProperty("url").GetString(), block.Cut(citation)));
    }

    private Task<ServerProcess> ServerAsync(string wire) => _wires.ServerAsync(
        wire, ("OpenInteractions__Tools__GoogleMaps__NominatimAddress", _nominatim.Url), ("OpenInteractions__Tools__GoogleMaps__OverpassAddress", _overpass.Url));
}

using System.Text.Json;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors.Gemini;

namespace OpenInteractions.Tools.Tests.UrlContext;

/// <summary>Pages that are read inside turns, through the API and every vendor's wire.</summary>
public sealed class PageTurnsTests : IAsyncLifetime
{
    private const string Sentence = "京都の人口は百四十万人です。";

    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13];

    private VendorWires _wires = null!;
    private readonly List<Site> _sites = [new()];

    private Site Pages => _sites[0];

    public async Task InitializeAsync()
    {
        Pages.Page("/kyoto", $"<title>京都</title><h1>京都</h1><p>{Sentence}寺が多い。</p><script>SECRET</script>").On("/dog.png", Site.Answer(Png, "image/png"));
        _wires = await VendorWires.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Pages.DisposeAsync();
        await _wires.DisposeAsync();
    }

    [Theory]
    [InlineData("responses")]
    [InlineData("chat")]
    [InlineData("messages")]
    [InlineData("interactions")]
    [InlineData("generateContent")]
    [Rule("TL-1")]
    [Rule("TL-2")]
    [Rule("TL-3")]
    [Rule("TL-5")]
    [Rule("TL-7")]
    [Rule("TL-13")]
    public async Task Every_vendors_model_reads_a_page_cites_it_and_knows_it_in_the_next_turn(string wire)
    {
        await using var server = await StartAsync(wire);
        var (vendor, model) = (_wires[wire], VendorWires.ModelOf(wire));
        var read = "";
        vendor.Enqueue(_wires.Calls(wire, "url_context", $$"""{"urls":["{{Pages.Url}}/kyoto"]}"""));
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, $"🏯 人口は百四十万人です [{ShownMarks.First(read)}]。以上。")(request);
        });

        var first = (await server.Client.CreateAsync($$"""{"model":"{{model}}","input":"How many?","tools":[{"type":"url_context"}]}""")).Ok();

        var steps = first.Steps.WithoutThoughts();
        Assert.Equal(["url_context_call", "url_context_result", "model_output"], steps.Select(s => s.Type()));
        Assert.Equal($$"""{"urls":["{{Pages.Url}}/kyoto"]}""", steps[0].GetProperty("arguments").GetRawText());
        Assert.Equal($$"""[{"url":"{{Pages.Url}}/kyoto","status":"success"}]""", steps[1].GetProperty("result").GetRawText());
        Assert.Equal(["call_id", "result", "signature", "type"], steps[1].EnumerateObject().Select(m => m.Name).Order());
        Assert.Contains(Sentence, read, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", read, StringComparison.Ordinal);
        var block = steps[2].GetProperty("content")[0];
        var citation = Assert.Single(block.GetProperty("annotations").EnumerateArray());
        Assert.Equal("🏯 人口は百四十万人です。以上。", block.GetProperty("text").GetString());
        Assert.Equal(($"{Pages.Url}/kyoto", "京都", "🏯 人口は百四十万人です"), (citation.GetProperty("url").GetString(), citation.GetProperty("title").GetString(), block.Cut(citation)));

        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, "Yes.")(request);
        });
        (await server.Client.CreateAsync($$"""{"model":"{{model}}","previous_interaction_id":"{{first.Id}}","input":"Sure?"}""")).Ok();

        Assert.Contains(Sentence, read, StringComparison.Ordinal);
        Assert.Empty(vendor.Refusals);
    }

    [Theory]
    [InlineData("responses", true)]
    [InlineData("messages", true)]
    [InlineData("interactions", true)]
    [InlineData("generateContent", true)]
    public async Task A_picture_is_shown_to_a_model_that_sees(string wire, bool sees)
    {
        await using var server = await StartAsync(wire);
        var (vendor, model) = (_wires[wire], VendorWires.ModelOf(wire));
        var read = "";
        vendor.Enqueue(_wires.Calls(wire, "url_context", $$"""{"urls":["{{Pages.Url}}/dog.png"]}"""));
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says(wire, "A dog.")(request);
        });

        var answer = (await server.Client.CreateAsync($$"""{"model":"{{model}}","input":"What is it?","tools":[{"type":"url_context"}]}""")).Ok();

        Assert.Equal("success", answer.Steps.Single(s => s.Type() == "url_context_result").GetProperty("result")[0].GetProperty("status").GetString());
        Assert.Equal(sees, read.Contains(Convert.ToBase64String(Png), StringComparison.Ordinal));
        Assert.Empty(vendor.Refusals);
    }

    [Fact]
    [Rule("TL-3")]
    public async Task A_client_that_keeps_the_history_itself_sends_the_steps_back_and_the_model_reads_them()
    {
        await using var server = await StartAsync("responses");
        var vendor = _wires["responses"];
        vendor.Enqueue(_wires.Calls("responses", "url_context", $$"""{"urls":["{{Pages.Url}}/kyoto","{{Pages.Url}}/none"]}"""));
        vendor.Enqueue(_wires.Says("responses", "百四十万."));
        var steps = (await server.Client.CreateAsync("""{"model":"gpt-5.1","store":false,"input":"How many?","tools":[{"type":"url_context"}]}""")).Ok().Steps;
        var read = "";
        vendor.Enqueue(request =>
        {
            read = VendorWires.Plain(request.Text);
            return _wires.Says("responses", "Yes.")(request);
        });

        var history = string.Join(',', steps.Select(s => s.GetRawText()));
        (await server.Client.CreateAsync($$"""
            {"model":"gpt-5.1","store":false,"input":[{"type":"user_input","content":[{"type":"text","text":"How many?"}]},{{history}},{"type":"user_input","content":[{"type":"text","text":"Sure?"}]}]}
            """)).Ok();

        Assert.Contains(Sentence, read, StringComparison.Ordinal);
        Assert.Contains("HTTP 404", read, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("TL-1")]
    public async Task Gemini_reads_pages_itself_where_that_is_preferred_and_other_models_have_them_read_here()
    {
        await using var server = await StartAsync("interactions", ("OpenInteractions__Tools__UrlContext__Prefer", "native"));
        _wires["interactions"].Enqueue(_wires.Says("interactions", "Done."));
        _wires["responses"].Enqueue(_wires.Says("responses", "Done."));

        (await server.Client.CreateAsync($$"""{"model":"{{VendorWires.ModelOf("interactions")}}","input":"Read {{Pages.Url}}/kyoto","tools":[{"type":"url_context"}]}""")).Ok();
        (await server.Client.CreateAsync("""{"model":"gpt-5.1","input":"Read","tools":[{"type":"url_context"}]}""")).Ok();

        var native = _wires["interactions"].Requests[^1].Json!.Value.GetProperty("tools");
        Assert.Equal("""[{"type":"url_context"}]""", native.GetRawText());
        var function = _wires["responses"].Requests[^1].Json!.Value.GetProperty("tools")[0];
        Assert.Equal(("function", "url_context"), (function.Type(), function.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task The_demo_model_reads_the_addresses_of_a_prompt_and_cites_them()
    {
        await using var server = await StartAsync("chat");

        var steps = (await server.Client.CreateAsync($$"""{"model":"demo","input":"Please read {{Pages.Url}}/kyoto.","tools":[{"type":"url_context"}]}""")).Ok().Steps;

        Assert.Equal(["url_context_call", "url_context_result", "model_output"], steps.WithoutThoughts().Select(s => s.Type()));
        var block = steps[^1].OnlyBlock();
        var citation = Assert.Single(block.GetProperty("annotations").EnumerateArray());
        Assert.Equal(($"{Pages.Url}/kyoto", Sentence), (citation.Text("url"), block.Cut(citation)));
    }

    [Fact]
    public async Task A_name_that_no_site_could_read_keeps_the_server_from_starting()
    {
        var failed = await Assert.ThrowsAnyAsync<Exception>(async () => await StartAsync("chat", ("OpenInteractions__Tools__UrlContext__UserAgent", "bot/1 (open"), ("OpenInteractions__Tools__UrlContext__MaxPages", "0")));

        Assert.Contains("OpenInteractions:Tools:UrlContext:UserAgent", failed.Message, StringComparison.Ordinal);
        Assert.Contains("OpenInteractions:Tools:UrlContext:MaxPages", failed.Message, StringComparison.Ordinal);
    }

    private Task<ServerProcess> StartAsync(string wire, params (string, string)[] settings) => _wires.ServerAsync(wire, [("OpenInteractions__Outbound__AllowedNetworks__0", "127.0.0.1/32"), .. settings]);
}

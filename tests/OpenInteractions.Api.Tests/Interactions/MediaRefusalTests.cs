using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Protocols 6.6: media that a provider never takes are refused before the call, whoever waits for the answer.</summary>
public sealed class MediaRefusalTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    public static TheoryData<string, string, string> Untaken => new()
    {
        { "gpt-4.1", Media("image", "image/tiff"), "images of the type image/tiff" },
        { "gpt-4.1", Media("document", Docx), "documents of the type " + Docx },
        { "local/scripted", Media("image", "image/tiff"), "images of the type image/tiff" },
        { "local/scripted", Media("audio", "audio/ogg"), "audio of the type audio/ogg" },
        { "local/scripted", """{"type":"document","uri":"https://example.com/a.pdf"}""", "documents by address" },
    };

    [Theory]
    [MemberData(nameof(Untaken))]
    [Rule("ST-12")]
    public async Task Media_that_the_provider_never_takes_are_refused_alike_in_the_foreground_and_in_the_background(string model, string media, string what)
    {
        foreach (var mode in (string[])["\"stream\":false", "\"stream\":true", "\"background\":true"])
        {
            var answer = await models.Client.CreateAsync($$"""{"model":"{{model}}","input":[{"type":"user_input","content":[{"type":"text","text":"Look"},{{media}}]}],{{mode}}}""");

            Assert.Equal((400, "failed_precondition"), (answer.Status, answer.ErrorCode));
            Assert.StartsWith($"'input[0].content[1]': the model's provider does not take {what}.", answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("\"stream\":false")]
    [InlineData("\"background\":true")]
    [Rule("ST-12")]
    public async Task Media_of_an_earlier_turn_that_the_provider_never_takes_are_refused_too(string mode)
    {
        var first = (await models.Client.CreateAsync($$"""{"model":"demo","input":[{{Media("image", "image/tiff")}}]}""")).Ok();

        var answer = await models.Client.CreateAsync($$"""{"model":"gpt-4.1","input":"And now?","previous_interaction_id":"{{first.Id}}",{{mode}}}""");

        Assert.Equal((400, "failed_precondition"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith("'previous_interaction_id': an earlier turn has images of the type image/tiff,", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:6379/a.png")]
    [InlineData("https://[::ffff:169.254.169.254]/latest/a.png")]
    [InlineData("http://0x7f.1/a.png")]
    [InlineData("http://user:secret@example.com/a.png")]
    public async Task Media_at_addresses_that_nobody_may_reach_are_refused_whoever_would_fetch_them(string uri)
    {
        var answer = await models.Client.CreateAsync($$"""{"model":"gpt-4.1","input":[{"type":"text","text":"Look"},{"type":"image","uri":"{{uri}}","mime_type":"image/png"}]}""");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith("Invalid address in 'input[1].uri': it ", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("gemini-2.5-flash")]
    [InlineData("gpt-4.1")]
    [InlineData("local/scripted")]
    public async Task Media_whose_kind_and_type_contradict_each_other_are_refused_whatever_the_model(string model)
    {
        var answer = await models.Client.CreateAsync($$"""{"model":"{{model}}","input":[{"type":"text","text":"Look"},{{Media("image", "application/pdf")}}]}""");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith("Invalid value 'application/pdf' for 'input[1].mime_type': a block of type 'image'", answer.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>A summary is a place like any other for what must not be kept or fetched, and it holds text and images alone (wire 6).</summary>
    [Theory]
    [InlineData("""{"type":"document","data":"AAAA","mime_type":"application/pdf"}""", "'input[1].summary[0].type'")]
    [InlineData("""{"type":"audio","data":"AAAA","mime_type":"audio/wav"}""", "'input[1].summary[0].type'")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4"}""", "'input[1].summary[0].type'")]
    [InlineData("""{"type":"image","data":"AAAA","mime_type":"audio/wav"}""", "'input[1].summary[0].mime_type'")]
    [InlineData("""{"type":"image","data":"AAAA"}""", "'input[1].summary[0]'")]
    [InlineData("""{"type":"image","uri":"http://127.0.0.1/x","mime_type":"image/png"}""", "'input[1].summary[0].uri'")]
    public async Task Media_in_the_summary_of_a_thought_are_checked_like_others(string block, string place)
    {
        var answer = await models.Client.CreateAsync($$"""{"model":"demo","store":false,"input":[{"type":"user_input","content":[{"type":"text","text":"x"}]},{"type":"thought","summary":[{{block}}]},{"type":"user_input","content":[{"type":"text","text":"x"}]}]}""");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.Contains(place, answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_in_the_summary_of_a_thought_needs_no_model_that_sees()
    {
        var answer = await models.Client.CreateAsync($$"""{"model":"demo","input":[{"type":"user_input","content":[{"type":"text","text":"echo: x"}]},{"type":"thought","summary":[{"type":"text","text":"hm"},{"type":"image","data":"AAAA","mime_type":"image/tiff"}]},{"type":"user_input","content":[{"type":"text","text":"echo: y"}]}]}""");

        Assert.Equal("completed", answer.Ok().State);
    }

    [Theory]
    [InlineData("demo", """{"type":"image","data":"AAAA","mime_type":"audio/wav"}""", ".mime_type'")]
    [InlineData("demo", """{"type":"image","uri":"http://127.0.0.1/x","mime_type":"image/png"}""", ".uri'")]
    [InlineData("gpt-4.1", """{"type":"image","data":"AAAA","mime_type":"image/tiff"}""", "'")]
    public async Task Media_in_a_wrapped_result_are_named_by_where_they_stand(string model, string block, string end)
    {
        var blocks = $$"""[{"type":"text","text":"x"},{{block}}]""";
        foreach (var (result, place) in ((string, string)[])[(blocks, "result[1]"), ($$$"""{"content":{{{blocks}}}}""", "result.content[1]")])
        {
            var answer = await models.Client.CreateAsync($$$"""{"model":"{{{model}}}","input":[{"type":"user_input","content":[{"type":"text","text":"x"}]},{"type":"function_call","id":"a","name":"f","arguments":{}},{"type":"function_result","call_id":"a","result":{{{result}}}}]}""");

            Assert.Equal(400, answer.Status);
            Assert.Contains($"'input[2].{place}{end}", answer.ErrorMessage, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pdf_in_the_body_has_a_bound_of_its_own()
    {
        string Pdf(int bytes) => $$"""{"model":"demo","input":[{"type":"document","mime_type":"application/pdf","data":"{{Convert.ToBase64String(new byte[bytes])}}"}]}""";
        await using var server = await LimitedServer.StartAsync(("OpenInteractions:Runs:MaxPdfBytes", "1000"));

        var refused = await server.Client.CreateAsync(Pdf(1001));

        Assert.Equal((400, "invalid_request"), (refused.Status, refused.ErrorCode));
        Assert.Equal("'input[0].data' is a PDF of 1001 bytes; in a request one may have at most 1000. Send it as 'uri', or in several parts.", refused.ErrorMessage);
        (await server.Client.CreateAsync(Pdf(1000))).Ok();
    }

    [Fact]
    public async Task A_medium_in_a_result_is_named_by_its_place()
    {
        var answer = await models.Client.CreateAsync($$"""
            {"model":"local/scripted","background":true,"input":[
              {"type":"user_input","content":[{"type":"text","text":"Look"}]},
              {"type":"function_call","id":"c1","name":"f","arguments":{} },
              {"type":"function_result","call_id":"c1","result":[{"type":"text","text":"here"},{{Media("image", "image/tiff")}}]}]}
            """);

        Assert.Equal(400, answer.Status);
        Assert.StartsWith("'input[2].result[1]':", answer.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt-4.1")]
    [InlineData("local/scripted")]
    public async Task Media_that_the_provider_takes_go_in(string model) =>
        (await models.Client.CreateAsync($$"""{"model":"{{model}}","input":[{"type":"text","text":"Look"},{{Media("image", "image/png")}}]}""")).Ok();

    private static string Media(string kind, string type) => $$"""{"type":"{{kind}}","mime_type":"{{type}}","data":"iVBORw0KGgo="}""";
}

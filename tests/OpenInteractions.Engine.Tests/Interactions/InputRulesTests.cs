using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tests.Turns;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Interactions;

public sealed class InputRulesTests
{
    private const string Ask = """{"type":"user_input","content":[{"type":"text","text":"q"}]}""";
    private const string Call1 = """{"type":"function_call","id":"c1","name":"f","arguments":{}}""";
    private const string Result1 = """{"type":"function_result","call_id":"c1","result":"r"}""";
    private const string Result2 = """{"type":"function_result","call_id":"c2","result":"r"}""";
    private const string Search = """{"type":"google_search_call","id":"s1","arguments":{"queries":["q"]}}""";
    private const string Say = """{"type":"model_output","content":[{"type":"text","text":"a"}]}""";

    [Theory]
    [InlineData("\"hello\"")]
    [InlineData("[" + Ask + "]")]
    [InlineData("[" + Ask + "," + Say + "," + Ask + "]")]
    [InlineData("[" + Ask + "," + Call1 + "," + Result1 + "," + Say + "]")]
    [InlineData("""[{"type":"text","text":""},{"type":"text","text":"x"}]""")]
    [InlineData("""{"type":"image","data":"AAAA","mime_type":"image/png"}""")]
    [InlineData("""{"type":"audio","data":"AAAA","mime_type":"video/webm"}""")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4","processing":{"type":"static","fps":0.5,"start_offset":"2.5s","end_offset":"9s"}}""")]
    [InlineData("""{"type":"video","uri":"https://example.com/v"}""")]
    [InlineData("""[{"type":"google_search_call","id":"s","arguments":{"queries":["q"]}},{"type":"google_search_result","call_id":"s","result":[]},{"type":"model_output"}]""")]
    [Rule("FN-7")]
    [Rule("ST-15")]
    public void Whole_conversations_are_accepted(string input) => InputRules.Check(Read(input), [], null);

    [Theory]
    [InlineData("""{"type":"thought"}""")]
    [InlineData("""[{"type":"thought","signature":"s","summary":[{"type":"text","text":"hm"}]},{"type":"thought"}]""")]
    [InlineData("""[{"type":"thought"},{"type":"model_output"}]""")]
    [InlineData("""{"type":"model_output","content":[{"type":"text","text":""}]}""")]
    public void An_input_with_nothing_for_the_model_is_refused(string input)
    {
        foreach (var parent in (string?[])[null, "int_1"])
        {
            var refusal = Assert.Throws<ApiException>(() => InputRules.Check(Read(input), [], parent));

            Assert.Equal((ErrorCode.InvalidRequest, "input"), (refusal.Code, refusal.Field));
        }
    }

    [Fact]
    [Rule("FN-2")]
    public void All_results_in_any_order_answer_the_parents_calls() =>
        InputRules.Check(Read($"[{Result2},{Result1},{Ask}]"), Owed("c1", "c2"), "int_1");

    [Theory]
    [InlineData("[]", "input", "may not be empty")]
    [InlineData("""[{"type":"user_input","content":[]}]""", "input[0].content", "may not be empty")]
    [InlineData("\"\"", "input", "'input' holds nothing but empty text")]
    [InlineData("""[{"type":"text","text":""}]""", "input[0]", "empty text")]
    [InlineData("""{"type":"user_input","content":[]}""", "input.content", "may not be empty")]
    [InlineData("""{"type":"user_input","content":[{"type":"image"}]}""", "input.content[0]", "needs 'data'")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"image","data":"","mime_type":"image/png"}]""", "input[1].data", "'input[1].data' may not be empty")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"model_output","content":[{"type":"text","text":"b"}]},{"type":"text","text":"c"},{"type":"text","text":"d"},{"type":"image"}]""", "input[4]", "'input[4]' needs")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"model_output","content":[{"type":"image"}]}]""", "input[2].content[0]", "needs 'data'")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"function_result","call_id":"c","result":"r"}]""", "input[2].call_id", "'input[2].call_id'")]
    [InlineData("[" + Ask + "," + """{"type":"user_input","content":[{"type":"image"}]}""" + "]", "input[1].content[0]", "needs 'data' (base64) or 'uri'")]
    [InlineData("""{"type":"image","data":"AAAA","uri":"https://a.b/c","mime_type":"image/png"}""", "input", "give one")]
    [InlineData("""{"type":"image","data":"","mime_type":"image/png"}""", "input.data", "may not be empty")]
    [InlineData("""{"type":"image","data":"AAAA"}""", "input.mime_type", "image/png")]
    [InlineData("""{"type":"audio","data":"AAAA","mime_type":""}""", "input.mime_type", "audio/wav")]
    [InlineData("""{"type":"video","data":"AAAA"}""", "input.mime_type", "video/mp4")]
    [InlineData("""{"type":"document","data":"AAAA"}""", "input.mime_type", "application/pdf")]
    [InlineData("""{"type":"image","data":"AAAA","mime_type":"audio/wav"}""", "input.mime_type", "a block of type 'image' has a type such as 'image/png'")]
    [InlineData("""{"type":"audio","data":"AAAA","mime_type":"image/png"}""", "input.mime_type", "'audio/wav'")]
    [InlineData("""{"type":"video","uri":"https://a.b/c","mime_type":"text/plain"}""", "input.mime_type", "'video/mp4'")]
    [InlineData("""{"type":"image","data":"AAAA","mime_type":"application/pdf"}""", "input.mime_type", "a block of type 'image' has a type such as 'image/png'")]
    [InlineData("""{"type":"audio","uri":"https://a.b/c","mime_type":"Application/PDF; v=1"}""", "input.mime_type", "'audio/wav'")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"application/vnd.oasis.opendocument.text"}""", "input.mime_type", "'video/mp4'")]
    [InlineData("""{"type":"image","data":"AAAA","mime_type":"application/vnd.openxmlformats-officedocument.wordprocessingml.document"}""", "input.mime_type", "'image/png'")]
    [InlineData("""{"type":"document","data":"AAAA","mime_type":"image/png"}""", "input.mime_type", "'application/pdf'")]
    [InlineData("""{"type":"document","data":"AAAA","mime_type":"video/mp4"}""", "input.mime_type", "'application/pdf'")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4","processing":{"type":"static","fps":-2}}""", "input.processing.fps", "more than 0")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4","processing":{"type":"static","fps":1e10}}""", "input.processing.fps", "at most 120")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4","processing":{"type":"static","start_offset":"banana"}}""", "input.processing.start_offset", "such as '10.5s'")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4","processing":{"type":"static","end_offset":"9"}}""", "input.processing.end_offset", "such as '10.5s'")]
    [InlineData("""{"type":"video","data":"AAAA","mime_type":"video/mp4","processing":{"type":"static","start_offset":"9s","end_offset":"2.5s"}}""", "input.processing.end_offset", "behind the start")]
    [InlineData("""{"type":"image","uri":"file:///etc/passwd"}""", "input.uri", "http(s)")]
    [InlineData("""{"type":"image","uri":"gs://bucket/x"}""", "input.uri", "http(s)")]
    [InlineData("""{"type":"image","uri":"/relative"}""", "input.uri", "http(s)")]
    [InlineData("""{"type":"image","uri":"data:image/png;base64,AAAA"}""", "input.uri", "'data'")]
    [InlineData("[" + Ask + "," + Call1 + """,{"type":"function_result","call_id":"c1","result":[{"type":"image"}]}]""", "input[2].result[0]", "needs 'data'")]
    [Rule("MM-1")]
    public void Content_that_is_not_complete_is_refused_at_its_place(string input, string field, string message) => AssertRefused(input, [], null, field, message);

    /// <summary>The types that the contract names for each kind (wire 7), and some that are only not known to be of another kind.</summary>
    [Theory]
    [InlineData("image", "image/png image/jpeg image/webp image/heic image/heif image/gif image/bmp image/tiff application/octet-stream")]
    [InlineData("audio", "audio/wav audio/mp3 audio/aiff audio/aac audio/ogg audio/flac audio/mpeg audio/m4a audio/l16;rate=24000 audio/opus audio/alaw audio/mulaw audio/webm video/mp4 application/ogg")]
    [InlineData("video", "video/mp4 video/mpeg video/mpg video/mov video/avi video/x-flv video/webm video/wmv video/3gpp audio/mp4")]
    [InlineData("document", "application/pdf text/csv text/plain application/json application/msword application/vnd.ms-excel application/vnd.ms-powerpoint "
        + "application/vnd.openxmlformats-officedocument.wordprocessingml.document application/vnd.oasis.opendocument.spreadsheet")]
    public void Types_that_a_kind_of_media_may_have_are_accepted(string kind, string types)
    {
        foreach (var type in types.Split(' '))
        {
            InputRules.Check(Read($$"""{"type":"{{kind}}","data":"AAAA","mime_type":"{{type}}"}"""), [], null);
        }
    }

    [Theory]
    [InlineData(1002, true)] // whole groups
    [InlineData(1000, true)] // padding counts for nothing
    [InlineData(1003, false)]
    [InlineData(1005, false)]
    public void A_pdf_in_an_input_may_have_so_many_bytes_and_no_more(int bytes, bool isTaken)
    {
        const int Most = 1002;
        InteractionInput Sent(string kind, string type) =>
            Read($$"""[{"type":"text","text":"Look"},{"type":"{{kind}}","mime_type":"{{type}}","data":"{{Convert.ToBase64String(new byte[bytes])}}"}]""");

        MediaCheck.Sizes(Sent("document", "text/plain"), Most);
        var refused = Record.Exception(() => MediaCheck.Sizes(Sent("document", "application/PDF;a=b"), Most)) as ApiException;

        Assert.Equal(isTaken, refused is null);
        Assert.True(isTaken || (refused!.Code, refused.Field) == (ErrorCode.InvalidRequest, "input[1].data"));
        Assert.True(isTaken || refused!.Message == $"'input[1].data' is a PDF of {bytes} bytes; in a request one may have at most 1002. Send it as 'uri', or in several parts.");
    }

    [Fact]
    public void Input_is_required()
    {
        var refused = Assert.Throws<ApiException>(() => InputRules.Check(null, [], null));

        Assert.Equal((ErrorCode.InvalidRequest, "input"), (refused.Code, refused.Field));
    }

    [Fact]
    public void An_input_may_have_as_many_steps_as_an_interaction_and_no_more()
    {
        InteractionInput Steps(int count) => new([.. Enumerable.Repeat(new UserInputStep { Content = [new TextContent { Text = "q" }] }, count)]);

        InputRules.RequireRoom(Steps(7), 7);
        Assert.Equal("input", Assert.Throws<ApiException>(() => InputRules.RequireRoom(Steps(8), 7)).Field);
    }

    [Theory]
    [InlineData("[" + Ask + "," + Call1 + "]", "input", "'c1' (function_call) in 'input[1]'.")]
    [InlineData("[" + Ask + "," + Search + "]", "input", "Send one 'google_search_result' step")]
    [InlineData("[" + Ask + "," + Search + "," + Call1 + "]", "input", "'google_search_result' or 'function_result'")]
    [InlineData("[" + Ask + "," + Search + ",{\"type\":\"function_result\",\"call_id\":\"s1\",\"result\":\"r\"}]", "input[2].type", "is a 'google_search_result'")]
    [InlineData("[" + Ask + "," + Call1 + ",{\"type\":\"url_context_result\",\"call_id\":\"c1\",\"result\":[]}]", "input[2].type", "is a 'function_result'")]
    [InlineData("[" + Ask + "," + Call1 + "," + Ask + "," + Result1 + "]", "input[2]", "before the result of call 'c1'")]
    [InlineData("[" + Ask + "," + Call1 + "," + Say + "," + Result1 + "]", "input[2]", "before the result of call 'c1'")]
    [InlineData("[" + Ask + "," + Result1 + "]", "input[1].call_id", "previous_interaction_id")]
    [InlineData("[" + Result1 + "," + Call1 + "]", "input[0].call_id", "before its result")]
    [InlineData("[" + Ask + "," + Call1 + "," + Result1 + "," + Result1 + "]", "input[3].call_id", "second time")]
    [InlineData("[" + Ask + "," + Call1 + "," + Call1 + "," + Result1 + "]", "input[2].id", "Duplicate")]
    [InlineData("[" + Ask + "," + Call1 + "," + Result1 + "," + Call1 + "," + Result1 + "]", "input[3].id", "Duplicate")]
    [Rule("FN-3")]
    public void Calls_and_results_that_do_not_pair_up_are_refused(string input, string field, string message) => AssertRefused(input, [], null, field, message);

    [Theory]
    [InlineData("[" + Ask + "]", "input", "'c1' (get_c1), 'c2' (get_c2)")]
    [InlineData("[" + Result1 + "," + Ask + "]", "input", "'c2' (get_c2)")]
    [InlineData("[" + Result1 + "," + Result2 + "," + Result1 + "]", "input[2].call_id", "second time")]
    [InlineData("""[{"type":"function_result","call_id":"c9","result":"r"}]""", "input[0].call_id", "no open call of 'int_1'")]
    [InlineData("[" + Call1 + "," + Result1 + "," + Result2 + "]", "input[0].id", "Duplicate")]
    [InlineData("""[{"type":"url_context_result","call_id":"c1","result":[]}]""", "input[0].type", "answers the 'function_call' 'c1'")]
    [Rule("FN-3")]
    public void A_turn_after_calls_answers_each_of_them_once(string input, string field, string message) => AssertRefused(input, Owed("c1", "c2"), "int_1", field, message);

    [Fact]
    public void Long_ids_are_shortened_in_messages()
    {
        var refused = Assert.Throws<ApiException>(() => InputRules.Check(Read($$"""[{"type":"function_result","call_id":"{{new string('x', 5000)}}","result":"r"}]"""), [], null));

        Assert.True(refused.Message.Length < 400, refused.Message);
    }

    [Fact]
    [Rule("ST-12")]
    public void The_kinds_of_content_are_found_wherever_they_stand()
    {
        Assert.Equal(Modalities.Text | Modalities.Image | Modalities.Audio | Modalities.Video | Modalities.Document, InputRules.ModalitiesOf(EveryStep.All));
        Assert.Equal(Modalities.Image, InputRules.ModalitiesOf([StepJson.Read("""{"type":"function_result","call_id":"c","result":{"content":[{"type":"image","data":"AAAA","mime_type":"image/png"}]}}""")]));
        Assert.Equal(Modalities.None, InputRules.ModalitiesOf([StepJson.Read("""{"type":"function_result","call_id":"c","result":{"type":"image"}}""")]));
    }

    private static void AssertRefused(string input, IReadOnlyList<PendingCall> owed, string? parent, string field, string message)
    {
        var refused = Assert.Throws<ApiException>(() => InputRules.Check(Read(input), owed, parent));

        Assert.Equal((ErrorCode.InvalidRequest, field), (refused.Code, refused.Field));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static PendingCall[] Owed(params string[] ids) => [.. ids.Select(id => new PendingCall(id, $"get_{id}"))];

    private static InteractionInput Read(string json) => JsonSerializer.Deserialize(json, WireJson.Wire.InteractionInput)!;
}

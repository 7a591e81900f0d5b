using System.Text;
using OpenInteractions.Contracts.Validation;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tests.Turns;

public sealed class CallArgumentsTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"city":"Bern"}""")]
    [InlineData("""{"face":"\ud83d\ude00 \u00e9"}""")]
    [InlineData("""  { "a" : [ 1 , { } ] }  """)]
    [InlineData("""{"code":"```\nif (a[0] == '}') { ,}\n```"}""")]
    public void An_object_stays_as_it_was_written(string text) => Assert.Equal(text, CallArguments.Read(text));

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t")]
    [InlineData("null")]
    [InlineData(" null\n")]
    public void Nothing_is_an_empty_object(string text) => Assert.Equal("{}", CallArguments.Read(text));

    [Theory]
    [InlineData("""{"a":1,}""", """{"a":1}""")]
    [InlineData("""{"a":[1,2, ],}""", """{"a":[1,2 ]}""")]
    [InlineData("{\"a\":1,\n}", "{\"a\":1\n}")]
    [InlineData("""{"a":1,""", """{"a":1}""")]
    [InlineData("""{"a":",}",}""", """{"a":",}"}""")]
    public void A_comma_too_many_is_dropped(string text, string mended) => Assert.Equal(mended, CallArguments.Read(text));

    [Theory]
    [InlineData("```json\n{\"a\":1}\n```", """{"a":1}""")]
    [InlineData("```\n{\"a\":1}```", """{"a":1}""")]
    [InlineData("  ```json\r\n{\"a\":1}\r\n```\r\n", """{"a":1}""")]
    [InlineData("```json\n{\"a\":1,}\n```", """{"a":1}""")]
    [InlineData("```json\n{\"a\":1", """{"a":1}""")]
    public void A_code_fence_is_taken_off(string text, string mended) => Assert.Equal(mended, CallArguments.Read(text));

    [Theory]
    [InlineData("{", "{}")]
    [InlineData("""{"a":[1,2""", """{"a":[1,2]}""")]
    [InlineData("""{"a":{"b":[1,{"c":"d" """, """{"a":{"b":[1,{"c":"d"}]}}""")]
    public void Brackets_that_were_left_open_are_closed(string text, string mended) => Assert.Equal(mended, CallArguments.Read(text));

    [Theory]
    [InlineData("""{"a":"Be""")]
    [InlineData("""{"a":{"b":[1,{"c":"d""")]
    [InlineData("""{"a":"say \"hi""")]
    [InlineData("""{"a":"[{""")]
    [InlineData("""{"a":"b\""")]
    [InlineData("""{"a":"b\u00e""")]
    public void A_text_without_its_end_is_not_taken_for_a_whole_one(string text) => Assert.Null(CallArguments.Read(text));

    [Theory]
    [InlineData("[]")]
    [InlineData("[{\"a\":1}]")]
    [InlineData("\"text\"")]
    [InlineData("42")]
    [InlineData("true")]
    [InlineData("get_weather(Bern)")]
    [InlineData("{a:1}")]
    [InlineData("{'a':1}")]
    [InlineData("""{"a":}""")]
    [InlineData("""{"a":1]""")]
    [InlineData("""{"a":1}}""")]
    [InlineData("""{"a":1} {"b":2}""")]
    [InlineData("""{"a":tr""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("""{"a":"\ud83d"}""")]
    [InlineData("""{"\ude00":1}""")]
    [InlineData("""{"a":"\ud83d""")]
    [InlineData("```")]
    [InlineData("nullnull")]
    public void What_cannot_be_mended_is_told(string text) => Assert.Null(CallArguments.Read(text));

    [Theory]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1,"b":"é","a":{"c":[1.50,{"d":1,"\u0064":null}]}}""", """{"a":{"c":[1.50,{"d":null}]},"b":"é"}""")]
    [InlineData("""{"a":1,"a":2,""", """{"a":2}""")]
    public void Of_a_name_that_is_written_twice_the_last_value_counts(string text, string read) => Assert.Equal(read, CallArguments.Read(text));

    [Fact]
    public void A_call_can_always_be_sent_back_in_the_body_of_a_request()
    {
        var deepest = string.Concat(Enumerable.Repeat("{\"a\":", 60)) + "{}" + new string('}', 60);

        Assert.Equal(deepest, CallArguments.Read(deepest));
        RequestBody.ReadCreateInteraction(Encoding.UTF8.GetBytes($$$"""{"input":[{"type":"function_call","id":"c","name":"f","arguments":{{{deepest}}}}]}"""));
        Assert.Null(CallArguments.Read("{\"a\":" + deepest + "}"));
        Assert.Null(CallArguments.Read(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))));
    }
}

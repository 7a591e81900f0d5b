using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Behaviour FN-7, ST-15: steps that this server gave can be sent back to it as they are, whatever the vendor wrote.</summary>
public sealed class ReplayedCallTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string User = """{"type":"user_input","content":[{"type":"text","text":"Weather?"}]}""";

    public static TheoryData<string, string> Calls => new()
    {
        { """{"city":"Bern","city":"Rome"}""", """{"city":"Rome"}""" },
        { Nested(60), Nested(60) },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    [Rule("FN-7")]
    [Rule("ST-15")]
    public async Task A_call_that_was_given_out_is_taken_back(string written, string given)
    {
        foreach (var stream in (bool[])[false, true])
        {
            models.Local.Enqueue(Call(written));
            var steps = await AskAsync(User, stream);
            var call = Assert.Single(steps);
            Assert.Equal(given, call.GetProperty("arguments").GetRawText());

            models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("Sunny.")));
            Assert.Single(await AskAsync($"{User},{call.GetRawText()},{Functions.ResultStep(call, "\"sunny\"")}", stream));
        }
    }

    [Fact]
    [Rule("FN-7")]
    public async Task A_call_that_is_too_deep_to_come_back_is_malformed()
    {
        models.Local.Enqueue(Call(Nested(61)));

        var answer = (await models.Client.CreateAsync(Body(User, stream: false))).Ok();

        Assert.Equal(("failed", "malformed_function_call"), (answer.State, answer.Json.GetProperty("errors")[0].GetProperty("code").GetString()));
    }

    private async Task<IReadOnlyList<System.Text.Json.JsonElement>> AskAsync(string input, bool stream)
    {
        if (!stream)
        {
            return (await models.Client.CreateAsync(Body(input, stream))).Ok().Steps;
        }

        await using var events = await models.Client.CreateStreamedAsync(Body(input, stream));
        return [.. System.Text.Json.JsonElement.Parse(StreamFold.Of(await events.ToEndAsync()).Steps.ToJsonString()).EnumerateArray()];
    }

    private static string Body(string input, bool stream) =>
        $$"""{"model":"local/scripted","store":false,"stream":{{(stream ? "true" : "false")}},"tools":{{Functions.Tools}},"input":[{{input}}]}""";

    private static VendorReply Call(string arguments) =>
        VendorReply.Events([ChatFrames.Call(0, "call_upstream_1", "get_weather", arguments), ChatFrames.Finish("tool_calls"), ChatFrames.Usage(1, 1), ChatFrames.Done]);

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "{}" + new string('}', levels);
}

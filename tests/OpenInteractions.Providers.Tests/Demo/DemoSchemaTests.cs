using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Demo;

public sealed class DemoSchemaTests
{
    private static readonly string[] Prompts =
    [
        "", "Fill it in.", "Ada Lovelace, 36, lives in London and pays 12.50 on 2026-03-04 from ada@example.com; see https://example.com/a and \"quoted text\".",
        "name: x, city = Paris, age is -5, price 99999999999, kind=choice2, tags \"a\", \"b\", \"c\", \"d\", \"e\", \"f\", \"g\"",
    ];

    [Fact]
    [Rule("SO-2")]
    public void Answers_fit_any_schema_whatever_the_prompt_says()
    {
        var samples = from schema in RandomSchemas.Any from prompt in Gen.Elements(Prompts) select (Schema: RandomSchemas.WithDefinitions(schema), Prompt: prompt);
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var schema = JsonElement.Parse(sample.Schema.ToJsonString());
            var text = AskAsync(schema, sample.Prompt).GetAwaiter().GetResult().Text;
            Assert.True(SchemaChecker.Fits(schema, JsonElement.Parse(text)), $"{text}\ndoes not fit\n{sample.Schema.ToJsonString()}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(PropertySeed.Seed, PropertySeed.Gamma).WithEndSize(80));
    }

    [Fact]
    public async Task References_to_references_are_followed_once_each()
    {
        // Followed each time, this would take ten to the power of thirty steps.
        var definitions = new JsonObject { ["d0"] = new JsonObject { ["type"] = "string" } };
        for (var i = 1; i <= 30; i++)
        {
            definitions[$"d{i}"] = new JsonObject { ["allOf"] = new JsonArray([.. Enumerable.Range(0, 10).Select(n => new JsonObject { ["$ref"] = $"#{new string('/', n + 1)}$defs/d{i - 1}" })]) };
        }

        var schema = new JsonObject { ["$defs"] = definitions, ["type"] = "object", ["properties"] = new JsonObject { ["it"] = new JsonObject { ["$ref"] = "#/$defs/d30" } }, ["required"] = new JsonArray("it") };

        var answer = await AskAsync(JsonElement.Parse(schema.ToJsonString()), "").WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(JsonValueKind.String, JsonElement.Parse(answer.Text).GetProperty("it").ValueKind);
    }

    [Fact]
    public void Arguments_fit_any_schema_whatever_the_prompt_says()
    {
        var samples = from schema in RandomSchemas.Any from prompt in Gen.Elements(Prompts) select (Schema: schema, Prompt: prompt);
        Prop.ForAll(samples.ToArbitrary(), sample =>
        {
            var root = RandomSchemas.WithDefinitions(new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["it"] = sample.Schema.DeepClone() }, ["required"] = new JsonArray("it") });
            var schema = JsonElement.Parse(root.ToJsonString());
            var chat = new DemoChat().WithFunction("run_it", root.ToJsonString());
            var calls = chat.SayAsync($"Call run_it. {sample.Prompt}").GetAwaiter().GetResult().Calls;
            Assert.NotEmpty(calls);
            Assert.All(calls, call => Assert.True(SchemaChecker.Fits(schema, call.Arguments), $"{call.Arguments.GetRawText()}\ndoes not fit\n{root.ToJsonString()}"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(PropertySeed.Seed, PropertySeed.Gamma).WithEndSize(80));
    }

    [Theory]
    [InlineData("Ada Lovelace lives in London.", """{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}""", """{"name":"Ada Lovelace"}""")]
    [InlineData("name is Ada and age is 36", """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}}}""", """{"name":"Ada","age":36}""")]
    [InlineData("Give me 3 numbers: 4, 8 and 15.", """{"type":"array","items":{"type":"integer"},"minItems":3}""", "[3,4,8,15]")]
    [InlineData("List \"red\", \"green\" and \"blue\".", """{"type":"object","properties":{"colours":{"type":"array","items":{"type":"string"}}}}""", """{"colours":["red","green","blue"]}""")]
    [InlineData("The mood is positive.", """{"type":"object","properties":{"sentiment":{"enum":["negative","neutral","positive"]}}}""", """{"sentiment":"positive"}""")]
    [InlineData("Meet on 2026-05-06.", """{"type":"object","properties":{"day":{"type":"string","format":"date"}}}""", """{"day":"2026-05-06"}""")]
    [InlineData("Fly from Oslo to Rome.", """{"type":"object","properties":{"to":{"type":"string"},"from":{"type":"string"}}}""", """{"to":"Rome","from":"Oslo"}""")]
    [InlineData("It is a circle.", """{"oneOf":[{"type":"object","properties":{"kind":{"const":"square"}},"required":["kind"]},{"type":"object","properties":{"kind":{"const":"circle"}},"required":["kind"]}]}""", """{"kind":"circle"}""")]
    [InlineData("Anything.", """{"type":"OBJECT","properties":{"n":{"type":"INTEGER","minimum":7}}}""", """{"n":7}""")]
    [InlineData("Anything.", """{"type":"object","properties":{"code":{"type":"string","pattern":"^[A-Z]{3}-\\d{3}$"}}}""", """{"code":"ABC-123"}""")]
    [InlineData("Anything.", """{"type":"object","properties":{"x":{"type":"string","default":"preset"}}}""", """{"x":"preset"}""")]
    [InlineData("Anything.", """{"type":"array","items":{"enum":["a","b","c"]},"uniqueItems":true,"minItems":3}""", """["a","b","c"]""")]
    [InlineData("Anything.", """{"$ref":"#/$defs/p","$defs":{"p":{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"]}}}""", """{"ok":true}""")]
    public async Task Values_of_the_prompt_are_used_where_they_fit(string prompt, string schema, string json)
    {
        Assert.Equal(json, (await AskAsync(JsonElement.Parse(schema), prompt)).Text);
    }

    [Theory]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}""")]
    [InlineData("""{"type":"object","properties":{"me":{"$ref":"#"}},"required":["me"]}""")]
    [InlineData("""{"type":"array","items":{"$ref":"#"},"minItems":3}""")]
    [InlineData("""{"allOf":[{"$ref":"#"},{"$ref":"#"}]}""")]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""")]
    [InlineData("""{"type":"array","items":{"type":"array","minItems":1000000,"items":{"type":"string"}},"minItems":1000000}""")]
    [InlineData("""{"type":"string","minLength":2000000000}""")]
    [InlineData("""{"type":"object","minProperties":2000000000}""")]
    [InlineData("""{"type":"integer","minimum":1e400,"multipleOf":1e-300}""")]
    [InlineData("""{"type":"number","exclusiveMinimum":79228162514264337593543950335}""")]
    [InlineData("""{"type":"number","multipleOf":0.0000000000000000000000001,"minimum":79228162514264337593543950335}""")]
    [InlineData("""{"type":5,"enum":{},"properties":[],"required":{},"anyOf":{},"items":7}""")]
    [InlineData("""{"type":"string","pattern":"(((("}""")]
    [InlineData("""{"type":"string","pattern":"^(a+)+$"}""")]
    [InlineData("""{"$ref":"https://example.com/schema.json"}""")]
    public async Task A_schema_that_cannot_be_met_or_read_is_answered_within_bounds(string schema)
    {
        var answer = await AskAsync(JsonElement.Parse(schema), "Fill it with 3 and 4.").WaitAsync(TimeSpan.FromSeconds(10));

        Assert.InRange(answer.Text.Length, 1, 2_000_000);
        Assert.NotEqual(JsonValueKind.Undefined, answer.Json.ValueKind);
    }

    [Fact]
    public async Task Json_without_a_schema_is_an_object()
    {
        var chat = new DemoChat { Formats = [new TextResponseFormat { MimeType = "application/json" }] };

        Assert.Equal(JsonValueKind.Object, (await chat.SayAsync("Say something.")).Json.ValueKind);
    }

    [Fact]
    [Rule("FN-12")]
    public async Task A_call_comes_first_and_the_answer_after_its_result_is_json()
    {
        var chat = new DemoChat { Formats = [new SchemaResponseFormat(JsonElement.Parse("""{"type":"object","properties":{"temperature":{"type":"number"},"city":{"type":"string"}},"required":["temperature","city"]}"""))] }
            .WithFunction("get_weather", """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

        var call = Assert.Single((await chat.SayAsync("Use get_weather for Paris.")).Calls);

        Assert.Equal("""{"temperature":21.5,"city":"Paris"}""", (await chat.ReturnAsync(call.Id, """{"temperature":21.5}""")).Text);
    }

    private static Task<DemoAnswer> AskAsync(JsonElement schema, string prompt) =>
        new DemoChat { Formats = [new TextResponseFormat { MimeType = "application/json", Schema = schema }] }.SayAsync(prompt);
}

using System.Text.Json;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Testing;

namespace OpenInteractions.Providers.Tests.Demo;

public sealed class DemoFunctionTests
{
    private const string Weather = """{"type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},"required":["city"]}""";
    private const string Add = """{"type":"object","properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}""";

    [Theory]
    [InlineData("Call get_weather for Paris.", """get_weather {"city":"Paris"}""")]
    [InlineData("What is the weather in New York?", """get_weather {"city":"New York"}""")]
    [InlineData("Use get_weather with city=oslo", """get_weather {"city":"oslo"}""")]
    [InlineData("get_weather: city is \"São Paulo\", in Fahrenheit please", """get_weather {"city":"São Paulo","unit":"fahrenheit"}""")]
    [InlineData("Please get weather for 'Rome'", """get_weather {"city":"Rome"}""")]
    public async Task A_named_function_is_called_with_values_of_the_prompt(string prompt, string call)
    {
        var answer = await new DemoChat().WithFunction("get_weather", Weather).SayAsync(prompt);

        Assert.Equal([call], answer.CallTexts);
        Assert.Equal("", answer.Text);
    }

    [Fact]
    public async Task Arguments_that_the_prompt_lacks_come_from_the_schema()
    {
        var answer = await new DemoChat()
            .WithFunction("book", """{"type":"object","properties":{"seats":{"type":"integer","minimum":2},"when":{"type":"string","format":"date"},"class":{"enum":["eco","first"]}},"required":["seats","when","class"]}""")
            .SayAsync("Please call book.");

        Assert.Equal(["""book {"seats":2,"when":"2026-01-01","class":"eco"}"""], answer.CallTexts);
    }

    [Fact]
    public async Task Nothing_is_called_when_nothing_is_named()
    {
        var answer = await new DemoChat().WithFunction("get_weather", Weather).SayAsync("Hello there.");

        Assert.Empty(answer.Calls);
        Assert.NotEqual("", answer.Text);
    }

    [Fact]
    public async Task A_function_that_the_prompt_forbids_is_not_called()
    {
        Assert.Empty((await new DemoChat().WithFunction("get_weather", Weather).SayAsync("Do not call get_weather, just say hello.")).Calls);
    }

    [Fact]
    public async Task Functions_that_are_named_together_are_called_together()
    {
        var answer = await new DemoChat().WithFunction("add", Add).WithFunction("get_weather", Weather)
            .SayAsync("Call get_weather for Paris and add 2 and 3.");

        Assert.Equal(["""get_weather {"city":"Paris"}""", """add {"a":2,"b":3}"""], answer.CallTexts);
    }

    [Fact]
    public async Task One_function_named_twice_is_called_twice()
    {
        var answer = await new DemoChat().WithFunction("add", Add).SayAsync("Call add with a=1 and b=2, and add with a=3 and b=4");

        Assert.Equal(["""add {"a":1,"b":2}""", """add {"a":3,"b":4}"""], answer.CallTexts);
    }

    [Theory]
    [InlineData("What is the weather in Paris and London?", "Paris|London")]
    [InlineData("Compare get_weather for Paris, New York and \"São Paulo\".", "Paris|New York|São Paulo")]
    [InlineData("Weather in Paris and tell Ada.", "Paris")]
    [Rule("FN-2")]
    public async Task A_function_of_one_text_is_called_for_each_value_of_a_list(string prompt, string cities)
    {
        var answer = await new DemoChat().WithFunction("get_weather", Weather).SayAsync(prompt);

        Assert.Equal(cities.Split('|').Select(c => $"get_weather {{\"city\":\"{c}\"}}"), answer.CallTexts);
    }

    [Fact]
    public async Task What_comes_then_waits_for_the_result_before_it()
    {
        var chat = new DemoChat().WithFunction("find_user", """{"type":"object","properties":{"email":{"type":"string"}},"required":["email"]}""")
            .WithFunction("send_invoice", """{"type":"object","properties":{"user_id":{"type":"integer"},"amount":{"type":"number"}},"required":["user_id","amount"]}""");

        var first = await chat.SayAsync("First call find_user with ada@example.com, then send_invoice over 12.50.");
        Assert.Equal(["""find_user {"email":"ada@example.com"}"""], first.CallTexts);

        var second = await chat.ReturnAsync(first.Calls[0].Id, """{"user_id":77}""");
        Assert.Equal(["""send_invoice {"user_id":77,"amount":12.50}"""], second.CallTexts);

        var last = await chat.ReturnAsync(second.Calls[0].Id, """{"sent":true}""");
        Assert.Empty(last.Calls);
        Assert.Contains("find_user returned {\"user_id\":77}", last.Text, StringComparison.Ordinal);
        Assert.Contains("send_invoice returned {\"sent\":true}", last.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("First get_weather for \"Paris\", then call get_weather for \"Rome\".", "Rome")]
    [InlineData("Call get_weather for \"Paris\", then find_user and get_weather for \"Rome\".", "Rome")]
    [InlineData("Call get_weather for Paris, then tell me what get_weather returned.", null)]
    [InlineData("Call get_weather for Paris, then use get_weather's answer.", null)]
    [Rule("FN-4")]
    public async Task A_function_that_is_to_be_called_again_then_is_called_again(string prompt, string? city)
    {
        var chat = new DemoChat().WithFunction("get_weather", Weather).WithFunction("find_user");

        var first = await chat.SayAsync(prompt);
        Assert.Equal(["""get_weather {"city":"Paris"}"""], first.CallTexts);
        var second = await chat.ReturnAsync(first.Calls[0].Id, "\"sunny\"");
        Assert.Equal(city is null ? [] : [$"get_weather {{\"city\":\"{city}\"}}"], second.CallTexts.Where(c => c.StartsWith("get_weather", StringComparison.Ordinal)));
        var last = city is null ? second : await chat.GiveAsync([.. second.Calls.Select(c => new FunctionResultStep { CallId = c.Id, Result = JsonElement.Parse("\"rainy\"") })]);

        Assert.Empty(last.Calls);
        Assert.Contains("get_weather returned sunny", last.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sources_are_told_with_their_marks_also_where_they_come_in_blocks()
    {
        var chat = new DemoChat().WithFunction("read_pages");
        var call = (await chat.SayAsync("Call read_pages.")).Calls[0];

        var answer = await chat.ReturnAsync(call.Id, """
            [{"type":"text","text":"Write the mark, as in: The statement [k7f2.1]. Marks are shown."},
             {"type":"text","text":"[k7f2.1] Kyoto\nhttps://a.example/\n\n# Kyoto\n\nIt has many temples. It is old."},{"type":"text","text":"[k7f2.2] Nara\nhttps://b.example/\n\nIt has deer."}]
            """);

        Assert.StartsWith("read_pages found:\n- It has many temples. [k7f2.1]\n- It has deer. [k7f2.2]", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_call_is_told_and_nothing_is_built_upon_it()
    {
        var chat = new DemoChat().WithFunction("add", Add).WithFunction("get_weather", Weather);
        var first = await chat.SayAsync("First get_weather in Paris, then add 1 and 2.");

        var answer = await chat.ReturnAsync(first.Calls[0].Id, "\"no such city\"", isError: true);

        Assert.Empty(answer.Calls);
        Assert.StartsWith("get_weather failed: no such city.", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("any", "Hello.", "add")]
    [InlineData("none", "Call add with 1 and 2.", "")]
    [InlineData("auto", "Call add with 1 and 2.", "add")]
    [InlineData("validated", "Call add with 1 and 2.", "add")]
    [InlineData("auto", "Hello.", "")]
    public async Task The_mode_of_tool_choice_decides_whether_there_are_calls(string mode, string prompt, string called)
    {
        var chat = new DemoChat { Config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>(mode) } }.WithFunction("add", Add);

        Assert.Equal(called, string.Join(',', (await chat.SayAsync(prompt)).Calls.Select(c => c.Name)));
    }

    [Theory]
    [InlineData("any", "Call add with 1 and 2.", "get_weather")]
    [InlineData("auto", "Call add with 1 and 2.", "")]
    [InlineData("auto", "Call get_weather in Rome and add 1 and 2.", "get_weather")]
    [InlineData("none", "Call get_weather in Rome.", "")]
    public async Task Only_allowed_tools_are_called(string mode, string prompt, string called)
    {
        var allowed = new ToolChoiceConfig { AllowedTools = new AllowedTools { Mode = mode, Tools = ["get_weather"] } };
        var chat = new DemoChat { Config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>(allowed) } }.WithFunction("add", Add).WithFunction("get_weather", Weather);

        Assert.Equal(called, string.Join(',', (await chat.SayAsync(prompt)).Calls.Select(c => c.Name)));
    }

    [Fact]
    public async Task A_forced_call_is_answered_after_its_result()
    {
        var chat = new DemoChat { Config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>("any") } }.WithFunction("add", Add);
        var call = (await chat.SayAsync("Hello.")).Calls.Single();

        var answer = await chat.ReturnAsync(call.Id, "3");

        Assert.Empty(answer.Calls);
        Assert.StartsWith("add returned 3.", answer.Text, StringComparison.Ordinal);
    }
}

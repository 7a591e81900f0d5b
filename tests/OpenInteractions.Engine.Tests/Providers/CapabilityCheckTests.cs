using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Contracts.Steps;
using OpenInteractions.Contracts.Tools;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Providers;

public sealed class CapabilityCheckTests
{
    private static readonly ModelCapabilities TextOnly = new() { Functions = false, StructuredOutput = false };
    private static readonly ImageContent Picture = new() { Data = "AAAA", MimeType = "image/png" };
    private static readonly TextResponseFormat Json = new() { MimeType = "application/json", Schema = JsonElement.Parse("{}") };

    [Fact]
    public void A_request_that_needs_nothing_special_passes()
    {
        Require(Request(TextOnly));
    }

    [Fact]
    public void Media_that_the_model_cannot_take_are_refused_by_kind()
    {
        var request = Request(TextOnly) with { History = [Turn(new UserInputStep { Content = [Picture] })] };

        Refused(request, "input", "The model 'm' lacks image input: it takes text only. The input has image. Instead, use a model that takes image, or leave it out.");
    }

    [Fact]
    public void Media_of_an_earlier_turn_are_refused_as_well()
    {
        var request = Request(TextOnly) with { History = [Turn(new ModelOutputStep { Content = [Picture] }), Turn(Said("and now?"))] };

        Refused(request, "previous_interaction_id", "An earlier turn has image");
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"a"},{"type":"image","data":"AAAA"}]""")]
    [InlineData("""{"content":[{"type":"image","data":"AAAA"}]}""")]
    [Rule("FN-5")]
    public void Images_in_results_count_as_input(string result)
    {
        var step = new FunctionResultStep { CallId = "c", Result = JsonElement.Parse(result) };

        Refused(Request(TextOnly) with { History = [Turn(step)] }, "input", "image input");
        Require(Request(TextOnly with { Input = Modalities.Text | Modalities.Image }) with { History = [Turn(step)] });
    }

    [Fact]
    public void Functions_are_refused_where_they_cannot_be_called()
    {
        Refused(Request(TextOnly) with { Functions = [new FunctionTool { Name = "f" }] }, "tools", "lacks functions");
    }

    [Fact]
    public void A_forced_call_is_refused_where_functions_cannot_be_called()
    {
        var config = new GenerationConfig { ToolChoice = new StringOr<ToolChoiceConfig>("any") };

        Refused(Request(TextOnly) with { Config = config }, "generation_config.tool_choice", "lacks functions");
    }

    [Fact]
    public void A_schema_is_refused_where_it_is_not_kept()
    {
        Refused(Request(TextOnly) with { ResponseFormats = [Json] }, "response_format", "lacks structured output");
        Refused(Request(TextOnly) with { ResponseFormats = [new SchemaResponseFormat(JsonElement.Parse("{}"))] }, "response_format", "lacks structured output");
        Require(Request(TextOnly) with { ResponseFormats = [new TextResponseFormat()] });
    }

    [Fact]
    [Rule("FN-12")]
    public void A_schema_together_with_functions_is_refused_where_only_one_of_them_works()
    {
        var can = new ModelCapabilities { StructuredOutputWithFunctions = false };
        var request = Request(can) with { ResponseFormats = [Json], Functions = [new FunctionTool { Name = "f" }] };

        Refused(request, "response_format", "lacks structured output with functions");
        Require(request with { Functions = [] });
        Require(request with { ResponseFormats = [] });
    }

    [Fact]
    [Rule("TH-1")]
    public void A_thinking_level_that_the_model_lacks_is_refused_with_the_levels_that_it_has()
    {
        var request = Request(new ModelCapabilities { ThinkingLevels = ["low", "high"] }) with { Config = new GenerationConfig { ThinkingLevel = "minimal" } };

        Refused(request, "generation_config.thinking_level", "use one of: low, high");
        Require(request with { Config = new GenerationConfig { ThinkingLevel = "high" } });
    }

    [Fact]
    [Rule("TH-1")]
    public void A_thinking_level_is_refused_where_the_model_does_not_think()
    {
        Refused(Request(TextOnly) with { Config = new GenerationConfig { ThinkingLevel = "low" } }, "generation_config.thinking_level", "does not think");
    }

    [Fact]
    public void Output_that_the_model_cannot_make_is_refused_by_kind()
    {
        Refused(Request(TextOnly) with { ResponseFormats = [new ImageResponseFormat()] }, "response_format", "lacks image output: it makes text only");
    }

    /// <summary>As the engine does it: the kinds of the last turn are the input's, those of the turns before come from the chain.</summary>
    private static void Require(ModelRequest request) => CapabilityCheck.Require(
        request,
        InputRules.ModalitiesOf(request.History[^1].Steps.Select(s => s.Step)),
        InputRules.ModalitiesOf(request.History.SkipLast(1).SelectMany(t => t.Steps).Select(s => s.Step)));

    private static void Refused(ModelRequest request, string field, string says)
    {
        var refusal = Assert.Throws<ApiException>(() => Require(request));

        Assert.Equal((ErrorCode.FailedPrecondition, field), (refusal.Code, refusal.Field));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static ModelRequest Request(ModelCapabilities can) => new()
    {
        Model = new ModelDescription { Id = "m", Provider = "p", Family = "m", Capabilities = can },
        History = [Turn(Said("hello"))],
        Config = new GenerationConfig(),
        InteractionId = "v1_test",
    };

    private static UserInputStep Said(string text) => new() { Content = [new TextContent { Text = text }] };

    private static HistoryTurn Turn(params Step[] steps) => new([.. steps.Select(s => new HistoryStep(s))], isSettled: true);
}

using System.Text.Json;
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
    private static readonly TextResponseFormat Json = new() { MimeType = "application/json", Schema = JsonElement.Parse("{}") };

    [Fact]
    public void A_request_that_needs_nothing_special_passes()
    {
        Passes(Request(TextOnly));
    }

    [Fact]
    public void The_model_is_named_as_it_was_asked_for()
    {
        var refusal = Refused(Request(TextOnly) with { PublicModel = "lab/m" }, "input", Modalities.Image, Modalities.Text);

        Assert.StartsWith("The model 'lab/m' lacks image input", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Media_that_the_model_cannot_take_are_refused_by_kind()
    {
        var refusal = Refused(Request(TextOnly), "input", Modalities.Text | Modalities.Image, Modalities.Text);

        Assert.Equal("The model 'm' lacks image input: it takes text only. 'input' has image. Instead, use a model that takes image, or leave it out.", refusal);
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"a"},{"type":"image","uri":"https://a.b/c"}]""", "input[1]")]
    [InlineData("""{"type":"image","uri":"https://a.b/c"}""", "input")]
    [InlineData("""[{"type":"user_input","content":[{"type":"text","text":"a"},{"type":"image","uri":"https://a.b/c"}]}]""", "input[0].content[1]")]
    public void The_refusal_names_the_first_place_as_it_was_written(string written, string path)
    {
        var input = JsonSerializer.Deserialize(written, WireJson.Wire.InteractionInput)!;

        var refusal = Assert.Throws<ApiException>(() => CapabilityCheck.Require(Request(TextOnly), InputRules.ModalitiesOf(input.Steps), Modalities.None, input));

        Assert.Equal(path, refusal.Field);
        Assert.Contains($"'{path}' has image", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("ST-12")]
    public void Media_of_an_earlier_turn_are_refused_as_well()
    {
        var refusal = Refused(Request(TextOnly), "previous_interaction_id", Modalities.Text, Modalities.Text | Modalities.Audio | Modalities.Video);

        Assert.Contains("An earlier turn has audio and video", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"type":"text","text":"a"},{"type":"image","data":"AAAA"}]""")]
    [InlineData("""{"content":[{"type":"image","data":"AAAA"}]}""")]
    [Rule("FN-5")]
    public void Images_in_results_count_as_input(string result)
    {
        var input = InputRules.ModalitiesOf([new FunctionResultStep { CallId = "c", Result = JsonElement.Parse(result) }]);

        Assert.Contains("lacks image input", Refused(Request(TextOnly), "input", input, Modalities.None), StringComparison.Ordinal);
    }

    [Fact]
    public void Media_that_the_model_takes_pass()
    {
        CapabilityCheck.Require(Request(TextOnly with { Input = Modalities.Text | Modalities.Image }), Modalities.Image, Modalities.Image);
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
        Passes(Request(TextOnly) with { ResponseFormats = [new TextResponseFormat()] });
    }

    [Fact]
    [Rule("FN-12")]
    public void A_schema_together_with_functions_is_refused_where_only_one_of_them_works()
    {
        var can = new ModelCapabilities { StructuredOutputWithFunctions = false };
        var request = Request(can) with { ResponseFormats = [Json], Functions = [new FunctionTool { Name = "f" }] };

        Refused(request, "response_format", "lacks structured output with functions");
        Passes(request with { Functions = [] });
        Passes(request with { ResponseFormats = [] });
    }

    [Fact]
    [Rule("TH-1")]
    public void A_thinking_level_that_the_model_lacks_is_refused_with_the_levels_that_it_has()
    {
        var request = Request(new ModelCapabilities { ThinkingLevels = ["low", "high"] }) with { Config = new GenerationConfig { ThinkingLevel = "minimal" } };

        Refused(request, "generation_config.thinking_level", "use one of: low, high");
        Passes(request with { Config = new GenerationConfig { ThinkingLevel = "high" } });
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

    private static void Refused(ModelRequest request, string field, string says) =>
        Assert.Contains(says, Refused(request, field, Modalities.Text, Modalities.None), StringComparison.Ordinal);

    private static string Refused(ModelRequest request, string field, Modalities input, Modalities chain)
    {
        var refusal = Assert.Throws<ApiException>(() => CapabilityCheck.Require(request, input, chain));

        Assert.Equal((ErrorCode.FailedPrecondition, field), (refusal.Code, refusal.Field));
        return refusal.Message;
    }

    private static void Passes(ModelRequest request) => CapabilityCheck.Require(request, Modalities.Text, Modalities.None);

    private static ModelRequest Request(ModelCapabilities can) => new()
    {
        Model = new ModelDescription { Id = "m", Provider = "p", Family = "m", Capabilities = can },
        History = [],
        Config = new GenerationConfig(),
        Project = "default",
        InteractionId = "v1_test",
    };
}

using OpenInteractions.Api.Tests.Hosting;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Two tools that a model could not tell apart: the remedy is one that the caller has.</summary>
public sealed class DuplicateToolTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private const string Page = """{"type":"url_context"}""";

    [Theory]
    [InlineData(Page, Page, "Declare 'url_context' once.")]
    [InlineData(Page, """{"type":"function","name":"url_context","parameters":{"type":"object"}}""", "Give the function another name.")]
    [InlineData("""{"type":"function","name":"url_context","parameters":{"type":"object"}}""", Page, "Give the function another name.")]
    public async Task Tools_of_one_name_are_refused_with_a_remedy(string first, string second, string remedy)
    {
        var answer = await models.Client.CreateAsync($$"""{"model":"local/scripted","input":"hi","tools":[{{first}},{{second}}]}""");

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith("Two functions are called 'url_context': ", answer.ErrorMessage, StringComparison.Ordinal);
        Assert.EndsWith($". {remedy}", answer.ErrorMessage, StringComparison.Ordinal);
    }
}

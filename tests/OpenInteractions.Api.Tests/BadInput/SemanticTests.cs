using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.BadInput;

/// <summary>Creates that are wrong in meaning: refused with a 4xx that names the place; nothing is kept, and the server goes on.</summary>
[Rule("ER-1")]
[Rule("ER-2")]
[Rule("FN-3")]
[Rule("ST-9")]
[Rule("MM-1")]
[Rule("MM-2")]
[Rule("ST-22")]
public sealed class SemanticTests(SemanticServer server) : IClassFixture<SemanticServer>
{
    public static TheoryData<BadCase> Cases => [.. SemanticCases.All()];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_refused_and_nothing_is_kept(BadCase bad)
    {
        var before = await server.ListAsync();

        foreach (var stream in (string[])["", "\"stream\":true,"])
        {
            var answer = await server.Client.CreateAsync("{" + stream + server.Fill(bad.Body)[1..]);

            Assert.Null(Refused.Fault(answer, bad.Code));
            Assert.Equal(bad.Status, answer.Status);
            Assert.Contains(bad.Names, answer.ErrorMessage, StringComparison.Ordinal);
        }

        Assert.Equal(before, await server.ListAsync());
    }

    [Fact]
    public async Task The_cases_are_many_and_the_server_still_serves()
    {
        var answer = (await server.Client.CreateAsync("""{"model":"demo","input":"echo: on"}""")).Ok();

        Assert.Equal("on", answer.OutputText);
        Assert.True(Cases.Count >= 100, $"{Cases.Count}");
        Assert.Equal(Cases.Count, SemanticCases.All().Select(c => c.Name).Distinct().Count());
        (await server.Client.DeleteAsync(answer.Id)).Ok();
    }
}

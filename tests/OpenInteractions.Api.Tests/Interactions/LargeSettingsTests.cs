using System.Text.Json;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A list has a bound in bytes too: it shows the settings of each interaction, and those may be megabytes.</summary>
public sealed class LargeSettingsTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Fact]
    public async Task Interactions_with_large_settings_come_on_several_pages()
    {
        var label = Guid.NewGuid().ToString("N")[..8];
        var made = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            made.Add((await _client.CreateAsync($$"""{"model":"demo","input":"echo: x","labels":{"large":"{{label}}"},"system_instruction":"{{new string('x', 5_000_000)}}"}""")).Ok().Id);
        }

        var (pages, token) = (new List<string[]>(), "");
        do
        {
            var page = (await _client.ListAsync($"?label.large={label}&page_size=10{token}")).Ok().Json;
            pages.Add([.. Ids(page)]);
            token = page.TryGetProperty("next_page_token", out var next) ? $"&page_token={next.GetString()}" : "";
        }
        while (token.Length > 0 && pages.Count < 5);

        Assert.Equal([2, 2, 0], pages.Select(page => page.Length));
        Assert.Equal(Enumerable.Reverse(made), pages.SelectMany(page => page));
    }

    private static IEnumerable<string> Ids(JsonElement page) => page.GetProperty("interactions").EnumerateArray().Select(i => i.GetProperty("id").GetString()!);
}

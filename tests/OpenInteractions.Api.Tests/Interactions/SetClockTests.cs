using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>A clock that is set back: what is created later is newer, and nothing ends before it began.</summary>
[Rule("SM-6")]
public sealed class SetClockTests : IAsyncLifetime
{
    private readonly SetClock _time = new();
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(_time);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Later_interactions_stay_newer()
    {
        var first = await CreateAsync("\"store\":true");
        var since = first.GetProperty("created").GetString();
        _time.Offset = TimeSpan.FromHours(-1);
        var second = await CreateAsync("\"store\":true");
        var third = await CreateAsync("\"background\":true");

        var list = (await _server.Client.ListAsync($"?created_after={since}")).Ok().Json.GetProperty("interactions").EnumerateArray().Select(Id);

        Assert.Equal([Id(third), Id(second), Id(first)], list);
        Assert.Empty((await _server.Client.ListAsync($"?created_before={since}")).Ok().Json.GetProperty("interactions").EnumerateArray());
        foreach (var made in new[] { first, second, (await _server.Client.EndOfAsync(Id(third))).Json })
        {
            Assert.True(made.GetProperty("updated").GetDateTimeOffset() >= made.GetProperty("created").GetDateTimeOffset(), made.GetRawText());
        }
    }

    private static string Id(System.Text.Json.JsonElement interaction) => interaction.GetProperty("id").GetString()!;

    private async Task<System.Text.Json.JsonElement> CreateAsync(string more) => (await _server.Client.CreateAsync($$"""{"model":"demo","input":"echo: hi",{{more}}}""")).Ok().Json;

    /// <summary>The machine's clock, which a test sets; time passes as it does.</summary>
    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}

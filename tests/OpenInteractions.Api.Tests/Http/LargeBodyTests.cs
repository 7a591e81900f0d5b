using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Http;

/// <summary>Large bodies share a budget: here it has room for one of the largest.</summary>
public sealed class LargeBodyTests : IAsyncLifetime
{
    private const int Large = 60_000_000;
    private const int Whole = 100_000_000;
    private TestServer _server = null!;

    private BodyBudget Budget => _server.Services.GetRequiredService<BodyBudget>();

    public async Task InitializeAsync() => _server = await StartAsync("00:01:00");

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_large_body_waits_until_another_has_left_and_small_ones_do_not()
    {
        using var first = await LargeBody.BeginAsync(_server.Address, Large);
        await first.TurnAsync();
        using var second = await LargeBody.BeginAsync(_server.Address, Large);
        var turn = second.TurnAsync();

        Assert.Equal("small", (await _server.Client.CreateAsync(LargeBody.Create("small"))).Ok().OutputText);
        Assert.False(turn.IsCompleted);
        Assert.Equal(Whole - Large, Budget.Free);

        first.Dispose();
        await turn;
    }

    [Fact]
    public async Task A_large_body_gives_its_share_back_when_it_is_answered()
    {
        foreach (var word in (string[])["first", "second"])
        {
            using var body = await LargeBody.BeginAsync(_server.Address, Large);
            await body.TurnAsync();
            await body.SendCreateAsync(word);

            Assert.Contains(word, await body.AnswerAsync(), StringComparison.Ordinal);
            Assert.Equal(Whole, Budget.Free);
        }
    }

    [Fact]
    public async Task A_large_body_that_is_wrong_gives_its_share_back()
    {
        using var body = await LargeBody.BeginAsync(_server.Address, Large);
        await body.TurnAsync();
        await body.SendAsync(new string('x', Large));

        Assert.StartsWith("HTTP/1.1 400", await body.AnswerAsync(), StringComparison.Ordinal);
        Assert.Equal(Whole, Budget.Free);
    }

    [Fact]
    public async Task A_body_in_chunks_takes_its_share_when_it_has_become_large_and_is_read_whole()
    {
        using var first = await LargeBody.BeginAsync(_server.Address, Large);
        await first.TurnAsync();
        using var chunks = await LargeBody.BeginAsync(_server.Address, -1);
        await chunks.TurnAsync();
        await chunks.SendChunkAsync(LargeBody.Create("chunks"));
        await chunks.SendChunkAsync(new string(' ', 600_000));
        var answer = chunks.AnswerAsync();
        await chunks.SendChunkAsync(new string(' ', 600_000));
        await chunks.SendAsync("0\r\n\r\n");

        Assert.Equal("small", (await _server.Client.CreateAsync(LargeBody.Create("small"))).Ok().OutputText);
        Assert.False(answer.IsCompleted);

        first.Dispose();
        Assert.Contains("chunks", await answer, StringComparison.Ordinal);
        Assert.Equal(Whole, Budget.Free);
    }

    [Fact]
    public async Task Who_does_not_get_his_turn_in_time_is_refused_in_the_error_shape()
    {
        await using var hasty = await StartAsync("00:00:00.050");
        using var first = await LargeBody.BeginAsync(hasty.Address, Whole);
        await first.TurnAsync();

        var answer = await hasty.Client.CreateAsync(LargeBody.Create("late").PadRight(2_000_000));

        Assert.Equal((503, "service_unavailable", "5"), (answer.Status, answer.ErrorCode, answer.Header("retry-after")));
        Assert.Contains("'uri'", answer.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(hasty.Log.Errors);
    }

    private static Task<TestServer> StartAsync(string wait) => TestServer.StartAsync(
        ("OpenInteractions:Requests:LargeBodyBudget", "100000000"),
        ("OpenInteractions:Requests:LargeBodyWait", wait));
}

using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Http;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Http;

/// <summary>Large bodies share a budget: here it has room for one of the largest. The clock stands still, so that one in work stays there.</summary>
public sealed class LargeBodyTests : IAsyncLifetime
{
    private const int Large = 60_000_000;
    private const int Whole = 100_000_000;
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(61);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(23);

    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    private BodyBudget Budget => _server.Services.GetRequiredService<BodyBudget>();

    public async Task InitializeAsync() => _server = await TestServer.StartAsync(
        _time,
        ("OpenInteractions:Requests:LargeBodyBudget", "100000000"),
        ("OpenInteractions:Requests:LargeBodyWait", Wait.ToString()),
        ("OpenInteractions:Requests:LargeBodyPace", Pace.ToString()));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Who_only_announces_large_bodies_holds_none_up()
    {
        using var first = await LargeBody.BeginAsync(_server.Address, Whole);
        await first.TurnAsync();
        using var second = await LargeBody.BeginAsync(_server.Address, Whole);
        await second.TurnAsync();
        await second.SendAsync(new string('x', 1_000));

        using var third = await LargeBody.BeginAsync(_server.Address, Large);
        await third.TurnAsync();
        await third.SendCreateAsync("third");

        Assert.Contains("third", await third.AnswerAsync(), StringComparison.Ordinal);
        Assert.Equal(Whole, Budget.Free);
    }

    [Fact]
    public async Task A_large_body_waits_until_another_has_left_and_small_ones_do_not()
    {
        using var first = await WorkAsync(Large);
        using var second = await LargeBody.BeginAsync(_server.Address, Large);
        var sent = second.SendCreateAsync("second");
        await _time.TimerAsync(Wait, "the wait of the second body for more room");

        Assert.Equal("small", (await _server.Client.CreateAsync(LargeBody.Create("small"))).Ok().OutputText);
        Assert.InRange(Budget.Free, 1, Whole - Large);

        first.Dispose();
        await sent;
        await second.TurnAsync();
        Assert.Contains("second", await second.AnswerAsync(), StringComparison.Ordinal);
        Assert.Equal(Whole, Budget.Free);
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
    public async Task A_body_in_chunks_takes_what_has_come_and_not_what_may_come()
    {
        using var first = await WorkAsync(Large);
        using var chunks = await LargeBody.BeginAsync(_server.Address, -1);
        await chunks.TurnAsync();
        await chunks.SendChunkAsync(LargeBody.Create("chunks"));
        await chunks.SendChunkAsync(new string(' ', 600_000));
        await chunks.SendChunkAsync(new string(' ', 600_000));
        await chunks.SendAsync("0\r\n\r\n");

        Assert.Contains("chunks", await chunks.AnswerAsync(), StringComparison.Ordinal);
        Assert.Equal(Whole - Large, Budget.Free);
    }

    [Fact]
    public async Task A_large_body_that_comes_too_slowly_is_refused_and_holds_nothing_any_longer()
    {
        using var body = await LargeBody.BeginAsync(_server.Address, Whole);
        await body.TurnAsync();
        await body.SendAsync(LargeBody.Create("slow").PadRight(1_500_000));
        await _time.TimerAsync(Pace, "the time that the next megabyte may take");

        _time.Advance(Pace);

        var answer = await body.AnswerAsync(until: "'uri'");
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("each megabyte", answer, StringComparison.Ordinal);
        Assert.Contains("within 23 seconds", answer, StringComparison.Ordinal);
        Assert.Equal(Whole, Budget.Free);
        Assert.Empty(_server.Log.Errors);
    }

    /// <summary>Where it ends nobody knows. The web server would read on in the middle of it, and write a warning into the log for each.</summary>
    [Fact]
    public async Task A_connection_whose_body_cannot_be_read_is_not_used_on() =>
        Assert.Contains("\r\nConnection: close\r\n", await LargeBody.BrokenAsync(_server.Address), StringComparison.Ordinal);

    [Fact]
    public async Task Who_does_not_get_his_turn_in_time_is_refused_in_the_error_shape()
    {
        using var first = await WorkAsync(Whole - 10);
        var late = _server.Client.CreateAsync(LargeBody.Create("late").PadRight(2_000_000));
        await _time.TimerAsync(Wait, "the wait of the late body for its turn");

        _time.Advance(Wait);

        var answer = await late;
        Assert.Equal((503, "service_unavailable", "5"), (answer.Status, answer.ErrorCode, answer.Header("retry-after")));
        Assert.Contains("'uri'", answer.ErrorMessage, StringComparison.Ordinal);
        Assert.Empty(_server.Log.Errors);
    }

    /// <summary>A body that has come whole and is worked on until its caller leaves.</summary>
    private async Task<LargeBody> WorkAsync(int length)
    {
        var body = await LargeBody.BeginAsync(_server.Address, length);
        await body.TurnAsync();
        await body.SendAsync("""{"model":"demo","store":false,"input":"count to 500 slowly, 4321 ms"}""".PadRight(length));
        await _time.TimerAsync(TimeSpan.FromMilliseconds(4321), "the model's pause");
        return body;
    }
}

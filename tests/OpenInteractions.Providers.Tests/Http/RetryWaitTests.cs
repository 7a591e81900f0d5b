using OpenInteractions.Contracts.Errors;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Tests.Http;

public sealed class RetryWaitTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("retry-after", "30", 30_000)]
    [InlineData("retry-after", "1.5", 1_500)]
    [InlineData("retry-after", "Sat, 21 Nov 2026 10:00:20 GMT", 20_000)]
    [InlineData("retry-after", "Sat, 21 Nov 2026 09:00:00 GMT", 0)]
    [InlineData("retry-after-ms", "250", 250)]
    public void What_the_upstream_asks_for_in_every_form(string header, string value, int milliseconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation(header, value);

        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), RetryWait.Asked(response.Headers, new FixedTime()));
    }

    [Theory]
    [InlineData("retry-after", "soon")]
    [InlineData("retry-after-ms", "-5")]
    [InlineData("retry-after-ms", "NaN")]
    [InlineData("x-other", "5")]
    public void Nonsense_asks_for_nothing(string header, string value)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation(header, value);

        Assert.Null(RetryWait.Asked(response.Headers, new FixedTime()));
    }

    [Fact]
    public void Waits_double_with_jitter_up_to_the_longest()
    {
        var options = new UpstreamOptions { RetryDelay = TimeSpan.FromSeconds(1), MaxRetryDelay = TimeSpan.FromSeconds(4) };

        foreach (var (retry, full) in new[] { (0, 1.0), (1, 2.0), (2, 4.0), (5, 4.0) })
        {
            var waits = Enumerable.Range(0, 50).Select(_ => RetryWait.Next(retry, null, options).TotalSeconds).ToList();
            Assert.All(waits, w => Assert.InRange(w, full * 0.75, full * 1.25));
            Assert.True(waits.Distinct().Count() > 1);
        }
    }

    [Fact]
    public void The_budget_counts_all_waits_of_a_call_together()
    {
        var budget = new RetryBudget(new UpstreamOptions { RetryBudget = TimeSpan.FromSeconds(60) });
        var busy = new UpstreamFailureException(ErrorCode.RateLimitExceeded, "busy", isRetryable: true) { RetryAfter = TimeSpan.FromSeconds(40) };

        Assert.True(budget.TryTake(busy, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(40), wait);
        Assert.False(budget.TryTake(busy, out _));
    }

    [Fact]
    public void Googles_retry_delay_in_the_body_counts()
    {
        var error = UpstreamError.Read("""{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"12.5s"}]}}"""u8.ToArray());

        Assert.Equal(TimeSpan.FromSeconds(12.5), ErrorTranslation.FromStatus(429, error, retryAfter: null).RetryAfter);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

namespace OpenInteractions.Providers.Http;

/// <summary>How long an upstream may take, and how often it is asked again (protocols P-7, P-8).</summary>
public sealed record UpstreamOptions
{
    /// <summary>Until a connection stands.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Until the first byte of the answer's body.</summary>
    public TimeSpan FirstByteTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The same for the <c>flex</c> tier, where waiting is the bargain (behaviour TI-2).</summary>
    public TimeSpan FlexFirstByteTimeout { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Silence between two reads of an answer.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Most bytes of an answer that comes whole, and of one frame of a stream.</summary>
    public long MaxAnswerBytes { get; init; } = 67_108_864;

    /// <summary>
    /// Most bytes of a stream. What is in it the turn counts (<see cref="Engine.Runs.RunOptions.MaxOutputBytes"/>); around every few letters of it there is an
    /// envelope of some hundred bytes, and adapters put together what they cannot pass on in pieces.
    /// </summary>
    public long MaxStreamBytes => MaxAnswerBytes * 4;

    /// <summary>Further attempts after the first.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The wait before the first further attempt when the upstream names none; doubles each time.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest of these doubled waits.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>All waits of one call together. A longer <c>Retry-After</c> is passed on to the caller at once.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(60);
}

namespace OpenInteractions.Providers.Http;

/// <summary>What is left of one call's repetitions: a number and a time (P-8).</summary>
internal sealed class RetryBudget(UpstreamOptions options)
{
    private int _retries;
    private TimeSpan _waited;

    /// <summary>Takes one repetition, if this failure deserves one and the wait fits.</summary>
    public bool TryTake(UpstreamFailureException failure, out TimeSpan wait)
    {
        wait = RetryWait.Next(_retries, failure.RetryAfter, options);
        if (!failure.IsRetryable || _retries >= options.MaxRetries || _waited + wait > options.RetryBudget)
        {
            return false;
        }

        _retries++;
        _waited += wait;
        return true;
    }
}

namespace OpenInteractions.Contracts.Errors;

/// <summary>An expected failure that the caller is told about, in words written for the caller.</summary>
public sealed class ApiException : Exception
{
    /// <summary>A failure of the request.</summary>
    /// <param name="code">What kind.</param>
    /// <param name="message">For the caller: what is wrong, where, and what would be right.</param>
    /// <param name="field">The path of the offending field, such as <c>tools[0].name</c>.</param>
    /// <param name="retryAfter">When to try again.</param>
    public ApiException(ErrorCode code, string message, string? field = null, TimeSpan? retryAfter = null)
        : base(message)
    {
        Code = code;
        Field = field;
        RetryAfter = retryAfter;
    }

    /// <summary>What kind.</summary>
    public ErrorCode Code { get; }

    /// <summary>The path of the offending field, or null.</summary>
    public string? Field { get; }

    /// <summary>When to try again, or null.</summary>
    public TimeSpan? RetryAfter { get; }
}

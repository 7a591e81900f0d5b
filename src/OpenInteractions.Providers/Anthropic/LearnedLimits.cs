using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.Anthropic;

/// <summary>
/// What the service has refused, so that the call is made again without it: a server that does not know the newest version, a model that takes
/// no sampling settings, thinking that the service finds out of place.
/// </summary>
/// <param name="ServerIsOlder">It refuses the newest <c>anthropic-version</c>.</param>
/// <param name="SamplingIsRefused">The model takes neither <c>temperature</c> nor <c>top_p</c>.</param>
/// <param name="ThinkingIsRefused">Thinking of earlier turns must stay out of this call.</param>
internal sealed record LearnedLimits(bool ServerIsOlder, bool SamplingIsRefused, bool ThinkingIsRefused)
{
    public static readonly LearnedLimits None = new(false, false, false);

    /// <summary>What a refusal teaches, or null when it teaches nothing.</summary>
    public LearnedLimits? After(UpstreamFailureException failure, bool sentSampling)
    {
        if (failure.Status != 400 || failure.Error?.Message is not { } said)
        {
            return null;
        }

        if (!ServerIsOlder && said.Contains("anthropic-version", StringComparison.OrdinalIgnoreCase))
        {
            return this with { ServerIsOlder = true };
        }

        if (sentSampling && !SamplingIsRefused && (said.Contains("temperature", StringComparison.Ordinal) || said.Contains("top_p", StringComparison.Ordinal)))
        {
            return this with { SamplingIsRefused = true };
        }

        return !ThinkingIsRefused && said.Contains("signature", StringComparison.Ordinal) && said.Contains("thinking", StringComparison.Ordinal)
            ? this with { ThinkingIsRefused = true }
            : null;
    }
}

namespace OpenInteractions.Providers.Http;

/// <summary>One model call over HTTP, as an adapter describes it.</summary>
internal sealed record UpstreamCall
{
    /// <summary>Makes the request, anew for every attempt.</summary>
    public required Func<HttpRequestMessage> Request { get; init; }

    /// <summary>Asked when an attempt was taken by the upstream: what reads its answer.</summary>
    public required Func<IAnswer> Answer { get; init; }

    /// <summary>
    /// Asked about a refusal before any event was passed on. True when the adapter has learned something and <see cref="Request"/> will make
    /// another request now, for example one without a setting that this model refuses. Such a repetition does not wait.
    /// </summary>
    public Func<UpstreamFailureException, bool> Adapt { get; init; } = _ => false;

    /// <summary>As in <see cref="ModelRequest.IsFollowed"/>.</summary>
    public bool IsFollowed { get; init; } = true;

    /// <summary>As in <see cref="ModelRequest.Meter"/>.</summary>
    public required UsageMeter Meter { get; init; }

    public required string InteractionId { get; init; }

    public string ServiceTier { get; init; } = "standard";
}

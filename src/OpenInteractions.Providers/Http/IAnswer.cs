namespace OpenInteractions.Providers.Http;

/// <summary>What an adapter makes of one answer. It sees the parts in order; what it adds to the output goes on together, without a wait between.</summary>
internal interface IAnswer
{
    /// <summary>True after the upstream's last word: what may follow is not read.</summary>
    bool IsOver { get; }

    /// <summary>True when the answer may break off now without a loss.</summary>
    bool CanEnd => IsOver;

    /// <summary>What the upstream has reported until now, or null.</summary>
    Usage? UsageSoFar { get; }

    /// <summary>
    /// Takes a frame of which nothing but its text is new, without reading it as JSON; it holds no escape, and therefore no half of a character.
    /// False for every other frame: give it to <see cref="OnFrame"/>.
    /// </summary>
    bool TryText(ReadOnlySpan<byte> data, List<ModelEvent> output) => false;

    /// <summary>All that came together has been given: nothing may be held back any longer.</summary>
    void OnPause(List<ModelEvent> output)
    {
    }

    /// <summary>The data of one frame of a stream, valid during the call; never the mark <c>[DONE]</c>.</summary>
    void OnFrame(ReadOnlyMemory<byte> data, List<ModelEvent> output);

    /// <summary>The mark <c>[DONE]</c> that ends streams of the OpenAI kind.</summary>
    void OnDone()
    {
    }

    /// <summary>An answer that came as one object, as some proxies give it to a streaming call.</summary>
    void OnWhole(JsonElement whole, List<ModelEvent> output);

    /// <summary>Nothing more comes.</summary>
    /// <exception cref="UpstreamFailureException">The upstream had not said its last word: <see cref="UpstreamFailureException.Incomplete"/> (P-9).</exception>
    void OnEnd(List<ModelEvent> output);
}

using OpenInteractions.Engine.Citations;

namespace OpenInteractions.Engine.Providers;

/// <summary>
/// One turn of the conversation, or its part so far. Turns of stored interactions are immutable, shared between requests and cached, so an
/// adapter may keep what it rendered of a turn: a chain of a thousand turns is then copied, not mapped, on every call (and stays a
/// byte-stable prefix, P-6).
/// </summary>
public sealed class HistoryTurn
{
    private readonly Lock _gate = new();
    private List<(object Key, object Form)>? _rendered; // one or two: a conversation seldom changes its provider
    private long _renderedBytes;

    /// <summary>A turn of these steps.</summary>
    /// <param name="steps">Input and output, in order.</param>
    /// <param name="isSettled">True when the turn will not change any more and what is rendered of it may be kept.</param>
    public HistoryTurn(IReadOnlyList<HistoryStep> steps, bool isSettled)
    {
        Steps = steps;
        IsSettled = isSettled;
    }

    /// <summary>Input and output, in order.</summary>
    public IReadOnlyList<HistoryStep> Steps { get; }

    /// <summary>True when the turn will not change any more.</summary>
    public bool IsSettled { get; }

    /// <summary>What models may cite of the turn's results.</summary>
    public IReadOnlyList<CitedSource> Sources => field ??= SourcesOf(Steps);

    /// <summary>Bytes that adapters keep here, for the cache's bound.</summary>
    public long RenderedBytes => Interlocked.Read(ref _renderedBytes);

    /// <summary>What an adapter made of this turn, made anew when it is not kept.</summary>
    /// <typeparam name="T">The adapter's own form.</typeparam>
    /// <param name="key">Everything that the form depends on besides the turn: wire, model family, switches. Compared by value.</param>
    /// <param name="render">Makes the form.</param>
    /// <param name="size">Its size in bytes.</param>
    public T Rendered<T>(object key, Func<HistoryTurn, T> render, Func<T, long> size)
        where T : class
    {
        if (!IsSettled)
        {
            return render(this);
        }

        if (Find(key) is { } kept)
        {
            return (T)kept;
        }

        var made = render(this);
        lock (_gate)
        {
            if (Find(key) is { } others)
            {
                return (T)others;
            }

            (_rendered ??= []).Add((key, made));
            _renderedBytes += size(made);
        }

        return made;
    }

    private static List<CitedSource> SourcesOf(IReadOnlyList<HistoryStep> steps)
    {
        List<CitedSource> sources = [];
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Sources.Count > 0)
            {
                sources.AddRange(steps[i].Sources);
            }
        }

        return sources;
    }

    private object? Find(object key)
    {
        lock (_gate)
        {
            foreach (var (known, form) in _rendered ?? [])
            {
                if (known.Equals(key))
                {
                    return form;
                }
            }

            return null;
        }
    }
}

/// <summary>A step of the history, and what an adapter left with it.</summary>
/// <param name="Step">The step, as on the wire. Call ids are native.</param>
/// <param name="State">What the step's maker left with it, or null. A result carries the state of the call that it answers, so that its upstream call id is at hand.</param>
/// <param name="CallName">For a result: the function that was called, which the client need not repeat on the wire.</param>
public sealed record HistoryStep(Step Step, ProviderState? State = null, string? CallName = null)
{
    /// <summary>For a result: what the model may cite of it.</summary>
    public IReadOnlyList<CitedSource> Sources { get; init; } = [];

    /// <summary>The id by which <paramref name="provider"/> knows this call or result: its own where it made the call, the native one elsewhere (P-4).</summary>
    public string? CallIdFor(string provider)
    {
        var native = Step switch { ICallStep call => call.Id, IResultStep result => result.CallId, _ => null };
        return State is { CallId: { } own } && State.Provider == provider ? own : native;
    }
}

/// <summary>What an adapter left with a step.</summary>
/// <param name="Provider">The <see cref="IModelProvider.Name"/> of the maker.</param>
/// <param name="Family">The <see cref="ModelDescription.Family"/> of the model.</param>
/// <param name="CallId">The upstream's own id of the call, when the step is a call and the native id differs (P-4).</param>
/// <param name="Data">The adapter's own data, or null.</param>
public sealed record ProviderState(string Provider, string Family, string? CallId, JsonElement? Data);

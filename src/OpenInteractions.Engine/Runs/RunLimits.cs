using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Storage;

namespace OpenInteractions.Engine.Runs;

/// <summary>
/// How many runs may work at the same time: with one provider on this node, and in one project. Every kind of run counts. One that somebody waits for is
/// refused when the limit is reached; one in the background waits in the queue. Without a limit nothing is counted.
/// </summary>
public sealed class RunLimits(IOptions<RunOptions> options, EngineInstruments instruments, TimeProvider time) : IClaimGate
{
    private readonly int? _perProvider = options.Value.MaxConcurrentPerProvider;
    private readonly int? _perProject = options.Value.MaxConcurrentPerProject;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Count> _providers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Count> _projects = new(StringComparer.Ordinal);
    private bool _hasPassedBy;

    /// <summary>True when there are no limits.</summary>
    public bool IsOff => _perProvider is null && _perProject is null;

    /// <summary>What claims ask, or null when there are no limits.</summary>
    public IClaimGate? Gate => IsOff ? null : this;

    /// <summary>Told when a run has given its place back after a claim had to pass some run by.</summary>
    internal Action OnLeft { get; set; } = () => { };

    /// <inheritdoc/>
    public bool CountsAllNodes => _perProject is not null;

    /// <summary>Takes a place for a run that somebody waits for.</summary>
    /// <returns>The place, or null when there are no limits.</returns>
    /// <exception cref="ApiException"><see cref="ErrorCode.RateLimitExceeded"/>, with the time after which there is probably a place (behaviour ER-7, ER-8).</exception>
    internal RunSlot? Enter(string project, string provider)
    {
        if (IsOff)
        {
            return null;
        }

        lock (_gate)
        {
            var (ofProvider, ofProject) = (Of(_providers, provider), Of(_projects, project));
            if (ofProvider.Running >= _perProvider)
            {
                instruments.OnRefused("provider_limit");
                throw Refusal($"The provider '{provider}' is at its limit of {_perProvider} interactions at the same time.", ofProvider);
            }

            if (ofProject.Running >= _perProject)
            {
                instruments.OnRefused("project_limit");
                throw Refusal($"The project is at its limit of {_perProject} interactions at the same time.", ofProject);
            }

            ofProvider.Running++;
            ofProject.Running++;
        }

        return new RunSlot(this, project, provider);
    }

    /// <summary>The place of a run that was claimed, for which <see cref="TryEnter"/> has taken it.</summary>
    internal RunSlot? Hold(string project, string provider) => IsOff ? null : new RunSlot(this, project, provider);

    /// <inheritdoc/>
    public bool TryEnter(string project, string provider, int runningInProject)
    {
        lock (_gate)
        {
            var (ofProvider, ofProject) = (Of(_providers, provider), Of(_projects, project));
            // Of a run that an earlier version has queued the provider is not known.
            if ((ofProvider.Running >= _perProvider && provider.Length > 0) || Math.Max(ofProject.Running, runningInProject) >= _perProject)
            {
                _hasPassedBy = true;
                return false;
            }

            ofProvider.Running++;
            ofProject.Running++;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Leave(string project, string provider) => Leave(project, provider, hasWorked: false);

    /// <summary>A run has given its place back.</summary>
    /// <param name="project">Its project.</param>
    /// <param name="provider">The provider of its model.</param>
    /// <param name="hasWorked">True when it worked: from how fast such runs end follows what callers are told to wait.</param>
    internal void Leave(string project, string provider, bool hasWorked)
    {
        bool isAwaited;
        lock (_gate)
        {
            foreach (var count in (Count[])[Of(_providers, provider), Of(_projects, project)])
            {
                count.Running--;
                if (hasWorked)
                {
                    count.Departures.Add();
                }
            }

            (isAwaited, _hasPassedBy) = (_hasPassedBy, false);
        }

        if (isAwaited)
        {
            OnLeft();
        }
    }

    private static ApiException Refusal(string reason, Count count) => new(
        ErrorCode.RateLimitExceeded, $"{reason} Send the request again later, or with 'background': it then waits for its turn.", retryAfter: count.Departures.Wait());

    private Count Of(Dictionary<string, Count> counts, string name)
    {
        if (!counts.TryGetValue(name, out var count))
        {
            counts.Add(name, count = new Count(new Departures(time)));
        }

        return count;
    }

    private sealed class Count(Departures departures)
    {
        public int Running { get; set; }

        public Departures Departures => departures;
    }
}

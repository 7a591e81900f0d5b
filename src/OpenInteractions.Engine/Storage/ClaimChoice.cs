namespace OpenInteractions.Engine.Storage;

/// <summary>Chooses which of the waiting runs a claim takes, by <see cref="ClaimRules"/>: the same on every engine, and without a database.</summary>
public sealed class ClaimChoice(ClaimRules rules)
{
    private readonly List<(string Project, string Provider)> _entered = [];

    /// <summary>True when no other node may claim between the counting and the claim.</summary>
    public bool MustBeAlone => rules.Gate is { CountsAllNodes: true };

    /// <summary>The store begins with the claim, perhaps anew: what an attempt before has taken is given back.</summary>
    public void Begin() => LeaveAll();

    /// <summary>True when it matters how many runs of which project work.</summary>
    public bool MustCount(IReadOnlyList<WaitingLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        return lines.Count > 0 && (MustBeAlone || lines.Any(line => line.Project != lines[0].Project));
    }

    /// <summary>Chooses.</summary>
    /// <param name="lines">Everything that waits.</param>
    /// <param name="running">How many runs of a project work on any node; those without any may be left out.</param>
    /// <param name="limit">How many runs are wanted.</param>
    /// <returns>An index into <paramref name="lines"/> for each chosen run, in the order in which they start: each stands for the oldest that is left there.</returns>
    public IReadOnlyList<int> Choose(IReadOnlyList<WaitingLine> lines, IReadOnlyDictionary<string, int> running, int limit)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var round = new Round(rules, lines, new Dictionary<string, int>(running, StringComparer.Ordinal));
        var chosen = new List<int>();
        while (chosen.Count < limit)
        {
            var next = rules.IsPatientTurn ? round.LongestWaiting(rules.Patience) : null;
            next ??= round.Best();
            if (next is not { } index)
            {
                break;
            }

            var (project, provider) = (lines[index].Project, lines[index].Provider);
            if (rules.Gate is { } gate)
            {
                if (!gate.TryEnter(project, provider, round.RunningIn(project)))
                {
                    round.Close(index);
                    continue;
                }

                _entered.Add((project, provider));
            }

            round.Take(index);
            rules.OnStarted(project);
            chosen.Add(index);
        }

        return chosen;
    }

    /// <summary>The claim is made: gives back the places of runs that were chosen and that another node took, or that were gone.</summary>
    public void Settle(IReadOnlyList<ClaimedRun> claimed)
    {
        ArgumentNullException.ThrowIfNull(claimed);
        if (_entered.Count > 0)
        {
            foreach (var run in claimed)
            {
                _entered.Remove((run.Interaction.Project, run.Provider));
            }

            LeaveAll();
        }
    }

    /// <summary>Nothing was claimed.</summary>
    public void LeaveAll()
    {
        foreach (var (project, provider) in _entered)
        {
            rules.Gate!.Leave(project, provider);
        }

        _entered.Clear();
    }

    /// <summary>What is left of the lines while one claim chooses.</summary>
    private sealed class Round
    {
        private readonly ClaimRules _rules;
        private readonly IReadOnlyList<WaitingLine> _lines;
        private readonly Dictionary<string, int> _running;
        private readonly int[] _taken;

        // A rank that is in here may be out of date, but only too good: nothing moves forward during a claim.
        private readonly PriorityQueue<int, Rank> _heads = new();

        public Round(ClaimRules rules, IReadOnlyList<WaitingLine> lines, Dictionary<string, int> running)
        {
            (_rules, _lines, _running, _taken) = (rules, lines, running, new int[lines.Count]);
            for (var index = 0; index < lines.Count; index++)
            {
                Enqueue(index);
            }
        }

        public int RunningIn(string project) => _running.GetValueOrDefault(project);

        public int? Best()
        {
            while (_heads.TryDequeue(out var index, out var rank))
            {
                if (!HasMore(index))
                {
                    continue;
                }

                var now = RankOf(index);
                Enqueue(index);
                if (now.CompareTo(rank) == 0)
                {
                    return index;
                }
            }

            return null;
        }

        public int? LongestWaiting(TimeSpan atLeast)
        {
            int? longest = null;
            for (var index = 0; index < _lines.Count; index++)
            {
                if (HasMore(index) && Wait(index) >= atLeast.TotalMilliseconds && (longest is not { } other || Wait(index) > Wait(other)))
                {
                    longest = index;
                }
            }

            return longest;
        }

        public void Take(int index)
        {
            _taken[index]++;
            _running[_lines[index].Project] = RunningIn(_lines[index].Project) + 1;
        }

        public void Close(int index) => _taken[index] = _lines[index].Waits.Count;

        private void Enqueue(int index)
        {
            if (HasMore(index))
            {
                _heads.Enqueue(index, RankOf(index));
            }
        }

        private bool HasMore(int index) => _taken[index] < _lines[index].Waits.Count;

        private long Wait(int index) => _lines[index].Waits[_taken[index]];

        private Rank RankOf(int index) => new(_lines[index].Priority, RunningIn(_lines[index].Project), _rules.LastStartOf(_lines[index].Project), -Wait(index), index);
    }

    private readonly record struct Rank(int Priority, int Running, long LastStart, long Age, int Index) : IComparable<Rank>
    {
        public int CompareTo(Rank other) =>
            (Priority, Running, LastStart, Age, Index).CompareTo((other.Priority, other.Running, other.LastStart, other.Age, other.Index));
    }
}

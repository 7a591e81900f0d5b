using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;

namespace OpenInteractions.Bench.Rows;

/// <summary>How much is measured.</summary>
internal sealed record Effort(bool Quick, int Rounds, TimeSpan Window, TimeSpan WarmUp, TimeSpan Settle)
{
    public static Effort Full(int? rounds) => new(false, rounds ?? 5, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));

    public static Effort Short(int? rounds) => new(true, rounds ?? 3, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
}

/// <summary>What a row needs: the processes, where findings go, and the settings of this run.</summary>
internal sealed record Run(Rig Rig, Report Report, Effort Effort, string? SeedDirectory, int SeedCount, int Waiting);

/// <summary>One line of the table of figures.</summary>
internal interface IRow
{
    string Name { get; }

    string Title { get; }

    Task MeasureAsync(Run run, CancellationToken cancellationToken);
}

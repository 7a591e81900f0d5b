using OpenInteractions.Bench.Processes;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Rows;

/// <summary>How much is measured.</summary>
/// <param name="Quick">A short form, for looking.</param>
/// <param name="Rounds">How often floor and server are measured in turns.</param>
/// <param name="Window">How long one measurement of unary calls takes.</param>
/// <param name="WarmUp">
/// Load before the first measurement, on floor and server alike: a process compiles what is called often a second time, and what is measured is a server that
/// has been up for longer than that takes. What it costs until then is printed.
/// </param>
/// <param name="Settle">Rest before memory is read.</param>
internal sealed record Effort(bool Quick, int Rounds, TimeSpan Window, TimeSpan WarmUp, TimeSpan Settle)
{
    public static Effort Full(int? rounds) => new(false, rounds ?? 7, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(8));

    public static Effort Short(int? rounds) => new(true, rounds ?? 3, TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
}

/// <summary>What a row needs: the processes, the engine, where findings go, and the settings of this run.</summary>
internal sealed record Run(Rig Rig, StoreEngine Engine, Report Report, Effort Effort, FilledStore Filled, int Waiting)
{
    /// <summary>An empty store of the engine for this row.</summary>
    public Task<Store> NewStoreAsync(CancellationToken cancellationToken) => Rig.NewStoreAsync(Engine, cancellationToken);
}

/// <summary>One line of the table of figures.</summary>
internal interface IRow
{
    string Name { get; }

    string Title { get; }

    /// <summary>Whether the row says something about an engine.</summary>
    bool Measures(StoreEngine engine) => true;

    Task MeasureAsync(Run run, CancellationToken cancellationToken);
}

using System.Globalization;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Reports;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Rows;

/// <summary>A store with many interactions, filled through the API by the first row that asks for it and used by all.</summary>
/// <param name="directory">
/// A data directory that is kept from run to run and remembers how many it has; null for a new one. PostgreSQL's data end with the bench.
/// </param>
internal sealed class FilledStore(string? directory, int count)
{
    private const int Clients = 32;
    private const string CountFile = "bench-seeded";

    private Store? _store;
    private int _stored;

    public async Task<(Store Store, int Stored)> GetAsync(Run run, string row, CancellationToken cancellationToken)
    {
        _store ??= await run.Rig.NewLastingStoreAsync(run.Engine, run.Engine == StoreEngine.Sqlite ? directory : null, cancellationToken);
        if (_stored < count)
        {
            await FillAsync(run, row, _store, cancellationToken);
        }

        return (_store, _stored);
    }

    private async Task FillAsync(Run run, string row, Store store, CancellationToken cancellationToken)
    {
        var note = Path.Combine(store.Directory, CountFile);
        _stored = File.Exists(note) ? int.Parse(await File.ReadAllTextAsync(note, cancellationToken), CultureInfo.InvariantCulture) : 0;
        if (_stored >= count)
        {
            Report.Note($"{_stored} interactions from an earlier run");
            return;
        }

        var (server, _) = await run.Rig.StartServerAsync(store, cancellationToken);
        await using (server)
        {
            var figures = await UnaryLoad.RunAsync(
                run.Rig.Of(server), HttpRequests.Create(HttpRequests.ShortModel), Clients, TimeSpan.FromMinutes(30), cancellationToken, limit: count - _stored);
            run.Report.AddErrors(row, figures.Errors, figures.FirstError);
            _stored += figures.Requests;
            await File.WriteAllTextAsync(note, _stored.ToString(CultureInfo.InvariantCulture), cancellationToken);
            Report.Note(string.Create(CultureInfo.InvariantCulture, $"stored {figures.Requests} interactions in {figures.Elapsed.TotalSeconds:0.0} s"));
        }

        await store.SettleAsync(cancellationToken);
    }
}

using System.Diagnostics;
using Npgsql;
using OpenInteractions.Bench.Load;
using OpenInteractions.Bench.Stores;

namespace OpenInteractions.Bench.Rows;

/// <summary>
/// What the database alone takes to hand out one stored interaction: a prepared statement over one connection that stays open, on a thread that waits for nothing
/// else. A server that keeps its state there cannot answer sooner than this after an echo.
/// </summary>
internal sealed class SelectAlone : IAsyncDisposable
{
    private const string IdsSql = "SELECT id FROM interactions ORDER BY id";

    private const string Sql = "SELECT settings, usage, input, output FROM interactions WHERE id = $1";

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<string> _id = new();
    private readonly List<string> _ids = [];

    private SelectAlone(string connectionString)
    {
        _connection = new NpgsqlConnection($"{connectionString};Pooling=false");
        _command = new NpgsqlCommand(Sql, _connection) { Parameters = { _id } };
    }

    public static SelectAlone Open(Store store)
    {
        var opened = new SelectAlone(store.ConnectionString);
        opened._connection.Open();
        using (var all = new NpgsqlCommand(IdsSql, opened._connection))
        using (var rows = all.ExecuteReader())
        {
            while (rows.Read())
            {
                opened._ids.Add(rows.GetString(0));
            }
        }

        opened._id.TypedValue = opened._ids[0];
        opened._command.Prepare();
        return opened;
    }

    /// <returns>The median of the reads of random rows, in milliseconds.</returns>
    public double P50(TimeSpan window)
    {
        List<double> latencies = [];
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < window;)
        {
            var sent = Stopwatch.GetTimestamp();
            _id.TypedValue = _ids[Random.Shared.Next(_ids.Count)];
            using (var row = _command.ExecuteReader())
            {
                if (!row.Read())
                {
                    throw new InvalidOperationException("A stored interaction is not there.");
                }
            }

            latencies.Add(Samples.Milliseconds(sent, Stopwatch.GetTimestamp()));
        }

        return Samples.Quantile(latencies, 0.5);
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }
}

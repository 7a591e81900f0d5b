namespace OpenInteractions.Bench.Stores;

/// <summary>The storage engines of the server.</summary>
internal enum StoreEngine
{
    Sqlite,
    Postgres,
}

internal static class Engines
{
    private const string All = "both";

    /// <summary>What an engine is called in options and in the table.</summary>
    public static string Label(this StoreEngine engine) => engine == StoreEngine.Sqlite ? "sqlite" : "postgres";

    public static StoreEngine[] Chosen(string? name)
    {
        var all = Enum.GetValues<StoreEngine>();
        if (name == All)
        {
            return all;
        }

        return all.Where(engine => engine.Label() == (name ?? StoreEngine.Sqlite.Label())).ToArray() is [var one]
            ? [one]
            : throw new UsageException($"--engine is {string.Join(", ", all.Select(Label))} or {All}.");
    }
}

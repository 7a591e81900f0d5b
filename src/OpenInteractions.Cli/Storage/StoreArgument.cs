using OpenInteractions.Storage;

namespace OpenInteractions.Cli.Storage;

/// <summary>How a store is written on a command line, and found in the environment that the server has too.</summary>
internal static class StoreArgument
{
    public const string ConnectionVariable = "OpenInteractions__Storage__Postgres__ConnectionString";

    public const string Forms =
        $"sqlite:DIR (a data directory), postgres (the connection string in {ConnectionVariable}) or postgres:STRING. "
        + "Leave the password to the variable, PGPASSWORD or a PGPASSFILE: others see a command line.";

    private const string LibraryVariable = "OpenInteractions__Storage__Sqlite__LibraryPath";
    private const string Sqlite = "sqlite:";
    private const string Postgres = "postgres:";

    /// <summary>The option that names the server's data directory.</summary>
    public static Option<string> DataDirectory() => new("--data-dir")
    {
        Description = "The server's data directory. Default: OpenInteractions__DataDirectory, or ./data.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("OpenInteractions__DataDirectory") ?? "data",
    };

    /// <summary>The option that names the store.</summary>
    public static Option<string?> Store() => new("--store")
    {
        Description = $"The store: {Forms} Default: the server's, by {ConnectionVariable} or else --data-dir.",
        HelpName = "STORE",
    };

    /// <summary>The store that the two options name.</summary>
    /// <exception cref="StoreRefusedException">The text of the first is none of <see cref="Forms"/>.</exception>
    public static StoreLocation Of(ParseResult parsed, Option<string?> store, Option<string> dataDirectory) =>
        parsed.GetValue(store) is { } text ? Parse(text) : Of(parsed.GetRequiredValue(dataDirectory));

    /// <exception cref="StoreRefusedException">The text is none of <see cref="Forms"/>.</exception>
    public static StoreLocation Parse(string text) => text switch
    {
        _ when text.StartsWith(Sqlite, StringComparison.Ordinal) && text.Length > Sqlite.Length => InDirectory(text[Sqlite.Length..]),
        "postgres" => Configured() ?? throw new StoreRefusedException($"'postgres' is the database of {ConnectionVariable}, and that is not set."),
        _ when text.StartsWith(Postgres, StringComparison.Ordinal) => new StoreLocation.InPostgres(text[Postgres.Length..]),

        // Not repeated: it may be a connection string.
        _ => throw new StoreRefusedException("A store is sqlite:DIR, postgres or postgres:STRING."),
    };

    /// <summary>The store that a server with this environment and this data directory has.</summary>
    public static StoreLocation Of(string dataDirectory) => Configured() is { } configured ? configured : InDirectory(dataDirectory);

    private static StoreLocation.InPostgres? Configured() =>
        Environment.GetEnvironmentVariable(ConnectionVariable) is { } connection && !string.IsNullOrWhiteSpace(connection) ? new StoreLocation.InPostgres(connection) : null;

    private static StoreLocation.InDirectory InDirectory(string path) => new(path, Environment.GetEnvironmentVariable(LibraryVariable));
}

namespace OpenInteractions.Storage;

/// <summary>Where a store is, for commands that work on one without a server.</summary>
public abstract record StoreLocation
{
    private StoreLocation()
    {
    }

    /// <summary>A data directory with the embedded database.</summary>
    /// <param name="DataDirectory">The directory.</param>
    /// <param name="LibraryPath">The SQLite library to load instead of the system's, or null.</param>
    public sealed record InDirectory(string DataDirectory, string? LibraryPath) : StoreLocation;

    /// <summary>A PostgreSQL database. The string may hold a password: it is never shown, and not by <c>ToString</c> either.</summary>
    /// <param name="ConnectionString">As the server's setting.</param>
    public sealed record InPostgres(string ConnectionString) : StoreLocation
    {
        /// <inheritdoc/>
        public override string ToString() => nameof(InPostgres);
    }
}

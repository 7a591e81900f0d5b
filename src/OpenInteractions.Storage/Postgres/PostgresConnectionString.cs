using Microsoft.Extensions.Options;
using Npgsql;

namespace OpenInteractions.Storage.Postgres;

/// <summary>The operator's connection string with what the store needs.</summary>
internal static class PostgresConnectionString
{
    // Statements of the store, with room: each is prepared once on each connection.
    private const int PreparedStatements = 64;

    // What lies between may forget a connection that is silent for long.
    private const int KeepAliveSeconds = 30;

    /// <summary>Adds what the operator left open, and what is not a matter of choice.</summary>
    /// <exception cref="ArgumentException">The text is no connection string.</exception>
    public static NpgsqlConnectionStringBuilder Complete(PostgresOptions options)
    {
        var complete = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            GssEncryptionMode = GssEncryptionMode.Disable,
            PersistSecurityInfo = false,
            IncludeErrorDetail = false, // rows in the log
            LogParameters = false,
            Enlist = false,
            Pooling = true,
            MaxPoolSize = options.MaxConnections,
            Timeout = Seconds(options.ConnectTimeout),
            CommandTimeout = Seconds(options.CommandTimeout),

            // Connections carry no state from one verb to the next, so there is nothing to reset.
            NoResetOnClose = true,
        };
        complete.ApplicationName ??= "openinteractions";
        if (!complete.ShouldSerialize("Max Auto Prepare"))
        {
            // Not said by the operator: 0 is for whoever has a pooler between that cannot do it. The builder contains every key it knows, said or not.
            complete.MaxAutoPrepare = PreparedStatements;
            complete.AutoPrepareMinUsages = 2;
        }

        return complete;
    }

    /// <summary>For one connection of a command, which may wait as long as a statement takes.</summary>
    /// <exception cref="StoreRefusedException">The text is no connection string. It may hold a password, so nothing of it is repeated.</exception>
    public static NpgsqlConnectionStringBuilder ForCommand(string connectionString, string application)
    {
        try
        {
            var complete = Complete(new PostgresOptions { ConnectionString = connectionString, CommandTimeout = TimeSpan.Zero });
            complete.ApplicationName = application;
            complete.Pooling = false;
            complete.KeepAlive = KeepAliveSeconds;
            return IsWhole(complete) ? complete : throw new StoreRefusedException("The connection string must name a Host and a Database.");
        }
        catch (Exception exception) when (IsMisspelt(exception))
        {
            throw new StoreRefusedException("This is no connection string. It must be such as Host=db;Database=interactions;Username=oi.");
        }
    }

    /// <summary>For messages: where, and never with what password.</summary>
    public static string Describe(NpgsqlConnectionStringBuilder connection) => $"'{connection.Database}' on {connection.Host}";

    private static bool IsWhole(NpgsqlConnectionStringBuilder connection) => !string.IsNullOrEmpty(connection.Host) && !string.IsNullOrEmpty(connection.Database);

    private static bool IsMisspelt(Exception exception) => exception is ArgumentException or FormatException or InvalidCastException or OverflowException;

    private static int Seconds(TimeSpan time) => (int)Math.Ceiling(time.TotalSeconds);

    /// <summary>Tells at start what is wrong with the text. It holds a password, so nothing of it is repeated.</summary>
    internal sealed class Check : IValidateOptions<PostgresOptions>
    {
        private const string Setting = PostgresOptions.Section + ":" + nameof(PostgresOptions.ConnectionString);

        public ValidateOptionsResult Validate(string? name, PostgresOptions options)
        {
            if (!options.IsSet)
            {
                return ValidateOptionsResult.Success;
            }

            try
            {
                return IsWhole(Complete(options))
                    ? ValidateOptionsResult.Success
                    : ValidateOptionsResult.Fail($"{Setting}: must name a Host and a Database.");
            }
            catch (Exception exception) when (IsMisspelt(exception))
            {
                return ValidateOptionsResult.Fail($"{Setting}: must be a connection string such as Host=db;Database=interactions;Username=oi;Password=secret.");
            }
        }
    }
}

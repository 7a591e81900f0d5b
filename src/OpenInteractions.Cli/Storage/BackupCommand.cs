using OpenInteractions.Storage;

namespace OpenInteractions.Cli.Storage;

/// <summary><c>oi storage backup</c>.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        var to = new Option<string>("--to") { Description = "The directory of this backup, empty or not there yet.", HelpName = "DIR", Required = true };
        var data = StoreArgument.DataDirectory();
        var command = new Command(
            "backup",
            "Back up a data directory, also while its server runs: the SQLite database and the key files. A server started on a copy of that directory serves it. "
            + "Of a PostgreSQL store only signature.key is in the data directory; the database is backed up with pg_dump.")
        {
            to, data,
        };
        return StorageCommand.Works(command, async (parsed, cancellationToken) =>
        {
            var directory = parsed.GetRequiredValue(data);
            if (StoreArgument.Of(directory) is not StoreLocation.InDirectory store)
            {
                throw new StoreRefusedException($"{StoreArgument.ConnectionVariable} is set: back that database up with pg_dump, and copy signature.key of {directory}.");
            }

            var table = new Table("FILE", "BYTES");
            foreach (var (name, bytes) in await StoreBackup.RunAsync(store, parsed.GetRequiredValue(to), cancellationToken))
            {
                table.Add(name, $"{bytes}");
            }

            table.Write(parsed.InvocationConfiguration.Output);
            return 0;
        });
    }
}

using OpenInteractions.Storage;

namespace OpenInteractions.Cli.Storage;

/// <summary><c>oi storage migrate</c>.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var store = StoreArgument.Store();
        var data = StoreArgument.DataDirectory();
        var check = new Option<bool>("--check") { Description = "Only say what would be done. Ends with 0 when that is nothing, and with 2 when it is something." };
        var command = new Command("migrate", "Bring the store's schema up to date, as a server does when it starts. With SQLite the server must be stopped.") { store, data, check };
        return StorageCommand.Works(command, async (parsed, cancellationToken) =>
        {
            var location = StoreArgument.Of(parsed, store, data);
            var isCheck = parsed.GetValue(check);
            var report = isCheck ? await StoreMigration.CheckAsync(location, cancellationToken) : await StoreMigration.RunAsync(location, cancellationToken);
            var output = parsed.InvocationConfiguration.Output;
            if (report.Steps.Count == 0)
            {
                await output.WriteLineAsync($"{report.Store} is up to date (version {report.Version}).");
                return 0;
            }

            foreach (var step in report.Steps)
            {
                await output.WriteLineAsync($"{(isCheck ? "would apply" : "applied")} {step}");
            }

            var now = report.Version + report.Steps.Count;
            await output.WriteLineAsync($"{report.Store} {(isCheck ? "would go" : "went")} from version {report.Version} to {now}.");
            return isCheck ? StorageCommand.No : 0;
        });
    }
}

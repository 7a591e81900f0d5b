using OpenInteractions.Storage;

namespace OpenInteractions.Cli.Storage;

/// <summary><c>oi storage</c>: works on stores that no server has open; a backup is made beside one.</summary>
internal static class StorageCommand
{
    /// <summary>The store refused, and the text says why.</summary>
    public const int Refused = 1;

    /// <summary>The question was answered with no: there is something to migrate, or what was copied differs.</summary>
    public const int No = 2;

    public static Command Create() => new("storage", "Bring a store up to date, copy it into another engine, or back it up, without a server.")
    {
        MigrateCommand.Create(),
        CopyCommand.Create(),
        BackupCommand.Create(),
    };

    /// <summary>Makes a command that works on stores. What goes wrong is told in one line.</summary>
    public static Command Works(Command command, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await action(parsed, cancellationToken);
            }
            catch (StoreRefusedException exception)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
                return Refused;
            }
            catch (StoresDifferException exception)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(
                    exception.Message + " The target stays marked as unfinished, and no server opens it. Was the source used meanwhile? Start over with --restart.");
                return No;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("Stopped. Run the same command again to go on.");
                return Refused;
            }
        });
        return command;
    }
}

using OpenInteractions.Storage.Copying;

namespace OpenInteractions.Cli.Storage;

/// <summary><c>oi storage copy</c>.</summary>
internal static class CopyCommand
{
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = $"The store to read: {StoreArgument.Forms}", HelpName = "STORE", Required = true };
        var to = new Option<string>("--to") { Description = "The store to fill, empty or not there yet; written in the same way.", HelpName = "STORE", Required = true };
        var fromKeys = new Option<string?>("--from-data-dir") { Description = "With PostgreSQL: the data directory that its servers have, for signature.key, and keys.json where there is one.", HelpName = "DIR" };
        var toKeys = new Option<string?>("--to-data-dir") { Description = "With PostgreSQL: the data directory that its servers will have.", HelpName = "DIR" };
        var restart = new Option<bool>("--restart") { Description = "Throw away what an unfinished copy left in the target. Without it the copy goes on." };
        var command = new Command(
            "copy",
            "Copy a store without loss, from SQLite to PostgreSQL or back, with every server of both stopped. Killed, it goes on when it is run again. "
            + "Ends with 0 when both stores hold the same, with 2 when they do not, and with 1 when it could not be done.")
        {
            from, to, fromKeys, toKeys, restart,
        };
        return StorageCommand.Works(command, async (parsed, cancellationToken) =>
        {
            var copy = new StoreCopy(StoreArgument.Parse(parsed.GetRequiredValue(from)), StoreArgument.Parse(parsed.GetRequiredValue(to)))
            {
                SourceDirectory = parsed.GetValue(fromKeys),
                TargetDirectory = parsed.GetValue(toKeys),
                StartsOver = parsed.GetValue(restart),
                Progress = new ProgressLines(parsed.InvocationConfiguration.Error, TimeProvider.System).Tell,
            };
            Write(await copy.RunAsync(cancellationToken), parsed.InvocationConfiguration.Output, copy);
            return 0;
        });
    }

    private static void Write(CopyReport report, TextWriter output, StoreCopy copy)
    {
        var table = new Table("TABLE", "ROWS", "DIGEST");
        foreach (var compared in report.Tables)
        {
            table.Add(compared.Table, $"{compared.Rows}", compared.Digest[..16]);
        }

        table.Write(output);
        output.WriteLine(report.IsCopied ? "Copied, and compared row by row." : "The target held the same already; nothing was changed.");
        foreach (var name in report.KeyFiles)
        {
            output.WriteLine($"Copied {name} to {copy.TargetDirectory}.");
        }

        foreach (var name in report.KeyFilesLeft)
        {
            output.WriteLine($"Still to do: copy {Path.Combine(copy.SourceDirectory!, name)} into the data directory of every server of the target, with mode 600.");
        }
    }
}

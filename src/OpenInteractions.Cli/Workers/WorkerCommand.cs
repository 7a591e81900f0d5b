using System.Globalization;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Engine.Workers;
using OpenInteractions.Sandboxes.Workers;

namespace OpenInteractions.Cli.Workers;

/// <summary><c>oi worker</c>: this machine serves environments of a server elsewhere. It makes connections and takes none.</summary>
internal static class WorkerCommand
{
    private const int LongestKey = 256;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public static Command Create()
    {
        var server = new Option<string?>("--server") { Description = "The server's address; https, unless it is this machine. Default: OPENINTERACTIONS_URL.", HelpName = "URL" };
        var key = new Option<string?>("--key-file") { Description = "The file with the worker's key ('oi workers create'), which nobody else may read; '-' reads it from standard input.", HelpName = "FILE" };
        var directory = new Option<string>("--directory") { Description = "Where the disks of its environments lie; its own, and the same at each start.", HelpName = "DIR", DefaultValueFactory = _ => "worker" };
        var authorities = new Option<string?>("--ca-file") { Description = "Certificates of authorities (PEM) to trust for the server, instead of the system's.", HelpName = "FILE" };
        var most = new Option<int>("--max-sandboxes") { Description = "Sandboxes that live at the same time.", HelpName = "N", DefaultValueFactory = _ => 64 };
        var accept = new Option<string[]>("--accept") { Description = "A limit that this machine does not have and that you do without, such as 'cpu'; may be given several times.", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var check = new Option<bool>("--check") { Description = "Try the walls and limits of this machine, say what was found, and end." };
        var command = new Command(
            "worker",
            "Serve environments of a server on this machine. Agents run in sandboxes here; models, conversations, credentials and the rules for the network stay on the server. Run it as root: otherwise the limits of "
            + "disks are weaker, and its environments have no checkpoints.")
        {
            server, key, directory, authorities, most, accept, check,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            try
            {
                var place = Path.GetFullPath(parsed.GetRequiredValue(directory));
                if (parsed.GetValue(check))
                {
                    return Write(await WorkerHost.CheckAsync(place, parsed.GetRequiredValue(accept), cancellationToken), output);
                }

                await WorkerHost.RunAsync(
                    new WorkerSettings
                    {
                        Server = Address(parsed.GetValue(server) ?? Environment.GetEnvironmentVariable("OPENINTERACTIONS_URL")),
                        Key = Key(parsed.GetValue(key)),
                        Directory = place,
                        Authorities = parsed.GetValue(authorities),
                        MaxSandboxes = parsed.GetRequiredValue(most) is >= 1 and <= 10_000 and var number ? number : throw new WorkerRefusedException("--max-sandboxes: must be between 1 and 10000."),
                        Accept = parsed.GetRequiredValue(accept),
                        Log = line => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss'Z'} {line}")),
                    },
                    cancellationToken);
                return 0;
            }
            catch (Exception exception) when (exception is WorkerRefusedException or SandboxException)
            {
                await error.WriteLineAsync(exception.Message);
                return 1;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return 0;
            }
        });
        return command;
    }

    private static Uri Address(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            throw new WorkerRefusedException("--server: the server's address is needed, such as https://agents.example.com.");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.UserInfo.Length > 0)
        {
            throw new WorkerRefusedException($"--server: '{text}' is not an http address.");
        }

        return address.Scheme == Uri.UriSchemeHttps || address.IsLoopback
            ? address
            : throw new WorkerRefusedException("--server: the key and everything that agents do would be readable on the way. Use https, with --ca-file for an authority of your own.");
    }

    // Not from a variable: the block that a process began with stays readable for whoever may read its memory, and is inherited by mistake.
    private static string Key(string? file)
    {
        string text;
        if (file == "-")
        {
            text = Console.In.ReadLine() ?? "";
        }
        else if (file is null)
        {
            throw new WorkerRefusedException("--key-file: the file with the worker's key is needed; 'oi workers create' makes one.");
        }
        else
        {
            try
            {
                if ((File.GetUnixFileMode(file) & Others) != 0)
                {
                    throw new WorkerRefusedException($"--key-file: others may read '{file}'. Take that from them: chmod 600 '{file}'.");
                }

                text = new FileInfo(file).Length <= LongestKey ? File.ReadAllText(file) : "";
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new WorkerRefusedException($"--key-file: '{file}' cannot be read: {exception.Message}");
            }
        }

        return text.Trim() is { Length: <= LongestKey } key && WorkerKey.IsOne(key) ? key : throw new WorkerRefusedException($"--key-file: a worker's key begins with '{WorkerKey.Prefix}'; this is none.");
    }

    private static int Write(PreflightReport report, TextWriter output)
    {
        output.WriteLine($"engine: {report.Engine}");
        var table = new Table("CHECK", "STATE", "FINDING", "REMEDY");
        foreach (var check in report.Checks)
        {
            table.Add(check.Name, check.State switch { PreflightState.Enforced => "enforced", PreflightState.Degraded => "degraded", _ => "missing" }, check.Finding, check.Remedy);
        }

        table.Write(output);
        return report.CanStart ? 0 : 1;
    }
}

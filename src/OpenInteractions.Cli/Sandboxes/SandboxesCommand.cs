using System.Globalization;
using OpenInteractions.Cli.Storage;
using OpenInteractions.Engine.Sandboxes;
using OpenInteractions.Sandboxes.Roots;

namespace OpenInteractions.Cli.Sandboxes;

/// <summary><c>oi sandboxes</c>: what agents see as their system. A server that runs takes up what was built at its next start of a sandbox.</summary>
internal static class SandboxesCommand
{
    private const string DirectoryVariable = "OpenInteractions__Sandboxes__Directory";

    public static Command Create() => new("sandboxes", "The system that agents see in their sandboxes: build it, and list what was built.")
    {
        Build(),
        List(),
    };

    private static Command Build()
    {
        var (directory, data) = Places();
        var suite = new Option<string?>("--suite") { Description = "The release of Debian or Ubuntu. Default: this machine's.", HelpName = "NAME" };
        var mirrors = new Option<string[]>("--mirror") { Description = "The address of a mirror, or a whole line as in sources.list; may be given several times. Default: what apt of this machine is set to.", HelpName = "URL", DefaultValueFactory = _ => [] };
        var packages = new Option<string[]>("--package") { Description = "A further package; may be given several times.", HelpName = "NAME", DefaultValueFactory = _ => [] };
        var minimal = new Option<bool>("--minimal") { Description = "Only what a sandbox needs to start, and --package." };
        var command = new Command(
            "build",
            "Build the system that agents see, with the tools that they are told of (Python, Node, git and others), instead of this machine's programs. Takes some minutes and 2 GB. "
            + "Run it as the user that the server runs as, or as root.")
        {
            directory, data, suite, mirrors, packages, minimal,
        };
        command.SetAction((parsed, cancellationToken) => WorksAsync(parsed, async () =>
        {
            var request = new RootBuildRequest
            {
                Directory = PlaceOf(parsed, directory, data),
                Suite = parsed.GetValue(suite),
                Mirrors = parsed.GetRequiredValue(mirrors),
                Packages = parsed.GetRequiredValue(packages),
                IsMinimal = parsed.GetValue(minimal),
            };
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var built = await RootBuild.RunAsync(request, error.WriteLine, cancellationToken);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"built {built.Id}: {built.Suite}, {built.Packages.Count} packages, {built.Bytes / 1e6:F0} MB, {built.Seconds:F0} s"));
            await output.WriteLineAsync("Environments that are new, or that had this machine's programs, have it from their next start on. Others keep the one that they began with.");
        }, cancellationToken));
        return command;
    }

    private static Command List()
    {
        var (directory, data) = Places();
        var command = new Command("list", "What was built, the newest first.") { directory, data };
        command.SetAction((parsed, cancellationToken) => WorksAsync(parsed, () =>
        {
            var table = new Table("ID", "BUILT", "SUITE", "PACKAGES", "MB");
            foreach (var built in RootBuild.List(PlaceOf(parsed, directory, data)))
            {
                table.Add(built.Id, $"{built.Built:u}", built.Suite, $"{built.Packages.Count}", string.Create(CultureInfo.InvariantCulture, $"{built.Bytes / 1e6:F0}"));
            }

            table.Write(parsed.InvocationConfiguration.Output);
            return Task.CompletedTask;
        }, cancellationToken));
        return command;
    }

    private static (Option<string?> Directory, Option<string> Data) Places() => (
        new Option<string?>("--directory") { Description = $"The directory of sandboxes. Default: {DirectoryVariable}, or 'sandboxes' in the data directory.", HelpName = "DIR" },
        StoreArgument.DataDirectory());

    private static string PlaceOf(ParseResult parsed, Option<string?> directory, Option<string> data) => Path.GetFullPath(
        parsed.GetValue(directory) ?? (Environment.GetEnvironmentVariable(DirectoryVariable) is { Length: > 0 } set ? set : Path.Combine(parsed.GetRequiredValue(data), "sandboxes")));

    private static async Task<int> WorksAsync(ParseResult parsed, Func<Task> action, CancellationToken cancellationToken)
    {
        try
        {
            await action();
            return 0;
        }
        catch (SandboxException exception)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
            return StorageCommand.Refused;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync("Stopped. Nothing of it is used; run the same command again.");
            return StorageCommand.Refused;
        }
    }
}

using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Keys;

namespace OpenInteractions.Cli.Keys;

/// <summary>
/// <c>oi keys</c>: works on the data directory and not over the API, so that a key can be made before there is a server that would accept it.
/// A running server sees the change within a second.
/// </summary>
internal static partial class KeysCommand
{
    private const string DefaultProject = "default";

    public static Command Create()
    {
        var data = new Option<string>("--data-dir")
        {
            Description = "The server's data directory. Default: OpenInteractions__DataDirectory, or ./data.",
            HelpName = "DIR",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable("OpenInteractions__DataDirectory") ?? "data",
            Recursive = true,
        };
        return new Command("keys", "API keys of a server, in its data directory.") { data, CreateKey(data), List(data), Revoke(data) };
    }

    private static Command CreateKey(Option<string> data)
    {
        var project = new Option<string>("--project")
        {
            Description = "The project that the key opens. Interactions of one project are invisible to others.",
            HelpName = "NAME",
            DefaultValueFactory = _ => DefaultProject,
        };
        var command = new Command("create", "Make a key and show it, this once.") { project };
        command.SetAction((parsed, cancelled) => TellAsync(parsed, data, async directory =>
        {
            var name = parsed.GetRequiredValue(project);
            if (!ProjectName().IsMatch(name))
            {
                parsed.InvocationConfiguration.Error.WriteLine("--project: a name has letters, digits, '.', '_' and '-', at most 63, and begins with a letter or digit.");
                return 1;
            }

            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var (entry, key) = await Open(directory).CreateAsync(name, TimeProvider.System.GetUtcNow(), cancelled);

            // The key alone goes to the output, so that a script can take it.
            parsed.InvocationConfiguration.Error.WriteLine($"Key {entry.Id} of project '{entry.Project}'. It is shown only now; the server keeps its hash.");
            parsed.InvocationConfiguration.Output.WriteLine(key);
            return 0;
        }));
        return command;
    }

    private static Command List(Option<string> data)
    {
        var command = new Command("list", "The keys: id, project and when it was made.");
        command.SetAction((parsed, _) => TellAsync(parsed, data, directory =>
        {
            var table = new Table("ID", "PROJECT", "CREATED");
            foreach (var key in Open(directory).Read())
            {
                table.Add(key.Id, key.Project, Table.Time(key.Created));
            }

            table.Write(parsed.InvocationConfiguration.Output);
            return Task.FromResult(0);
        }));
        return command;
    }

    private static Command Revoke(Option<string> data)
    {
        var id = new Argument<string>("ID") { Description = "The key's id, as 'list' shows it." };
        var command = new Command("revoke", "End a key.") { id };
        command.SetAction((parsed, cancelled) => TellAsync(parsed, data, async directory =>
        {
            var name = parsed.GetRequiredValue(id);
            if (!await Open(directory).RevokeAsync(name, cancelled))
            {
                parsed.InvocationConfiguration.Error.WriteLine($"There is no key '{name}'.");
                return 1;
            }

            parsed.InvocationConfiguration.Output.WriteLine($"Revoked {name}.");
            return 0;
        }));
        return command;
    }

    /// <summary>What the disk refuses is told in a line.</summary>
    private static async Task<int> TellAsync(ParseResult parsed, Option<string> data, Func<string, Task<int>> work)
    {
        var directory = parsed.GetRequiredValue(data);
        try
        {
            return await work(directory);
        }
        catch (KeyFileException exception)
        {
            parsed.InvocationConfiguration.Error.WriteLine(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            parsed.InvocationConfiguration.Error.WriteLine($"--data-dir: '{directory}' cannot be used: {exception.Message}");
        }

        return 1;
    }

    private static ApiKeyFile Open(string directory) => new(Path.Combine(Path.GetFullPath(directory), ApiKeyFile.FileName));

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\\z")]
    private static partial Regex ProjectName();
}

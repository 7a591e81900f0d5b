using System.Text.RegularExpressions;
using OpenInteractions.Cli.Storage;
using OpenInteractions.Storage;

namespace OpenInteractions.Cli.Keys;

/// <summary>
/// <c>oi keys</c>: works on the store and not over the API, so that a key can be made before there is a server that would accept it. Servers that run know the
/// change within a second.
/// </summary>
internal static partial class KeysCommand
{
    private const string DefaultProject = "default";

    public static Command Create()
    {
        var store = StoreArgument.Store();
        var data = StoreArgument.DataDirectory();
        (store.Recursive, data.Recursive) = (true, true);
        var place = (ParseResult parsed) => StoreArgument.Of(parsed, store, data);
        return new Command("keys", "API keys of a server, or of all servers that share a database.") { store, data, CreateKey(place), List(place), Revoke(place) };
    }

    private static Command CreateKey(Func<ParseResult, StoreLocation> place)
    {
        var project = new Option<string>("--project")
        {
            Description = "The project that the key opens. Interactions of one project are invisible to others.",
            HelpName = "NAME",
            DefaultValueFactory = _ => DefaultProject,
        };
        return StorageCommand.Works(new Command("create", "Make a key and show it, this once.") { project }, async (parsed, cancelled) =>
        {
            var name = parsed.GetRequiredValue(project);
            if (!ProjectName().IsMatch(name))
            {
                throw new StoreRefusedException("--project: a name has letters, digits, '.', '_' and '-', at most 63, and begins with a letter or digit.");
            }

            var (entry, key) = await StoreKeys.CreateAsync(place(parsed), name, cancelled);

            // The key alone goes to the output, so that a script can take it.
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"Key {entry.Id} of project '{entry.Project}'. It is shown only now; the server keeps its hash.");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(key);
            return 0;
        });
    }

    private static Command List(Func<ParseResult, StoreLocation> place) =>
        StorageCommand.Works(new Command("list", "The keys: id, project and when it was made."), async (parsed, cancelled) =>
        {
            var table = new Table("ID", "PROJECT", "CREATED");
            foreach (var key in await StoreKeys.ListAsync(place(parsed), cancelled))
            {
                table.Add(key.Id, key.Project, Table.Time(key.Created));
            }

            table.Write(parsed.InvocationConfiguration.Output);
            return 0;
        });

    private static Command Revoke(Func<ParseResult, StoreLocation> place)
    {
        var id = new Argument<string>("ID") { Description = "The key's id, as 'list' shows it." };
        return StorageCommand.Works(new Command("revoke", "End a key.") { id }, async (parsed, cancelled) =>
        {
            var name = parsed.GetRequiredValue(id);
            if (!await StoreKeys.RevokeAsync(place(parsed), name, cancelled))
            {
                throw new StoreRefusedException($"There is no key '{name}'.");
            }

            await parsed.InvocationConfiguration.Output.WriteLineAsync($"Revoked {name}.");
            return 0;
        });
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,62}\\z")]
    private static partial Regex ProjectName();
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Agents;

namespace OpenInteractions.Cli.Agents;

/// <summary><c>oi agents apply</c>: makes the server's agents what folders say. What is so already stays as it is, without a new version.</summary>
internal static partial class ApplyCommand
{
    public static Command Create(ServerOptions server)
    {
        var folders = new Argument<string[]>("FOLDER")
        {
            Description = $"A folder with {AgentFolder.DefinitionFile}: the fields of a definition, 'id' being the folder's name where it is left out. All other files become files of /workspace.",
            Arity = ArgumentArity.OneOrMore,
        };
        return server.Calls(new Command("apply", "Create or change agents, so that they are as folders say.") { folders }, async call =>
        {
            // All are read before the first one is applied: a mistake in the last leaves the server as it was.
            var read = call.Parsed.GetRequiredValue(folders).Select(AgentFolder.Read).ToList();
            if (read.GroupBy(f => f.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            {
                throw new ServerException($"Two folders define the agent '{twice.Key}'.");
            }

            var table = new Table("ID", "RESULT", "VERSION", "FILES", "BYTES");
            try
            {
                foreach (var folder in read)
                {
                    var (result, version) = await ApplyAsync(call, folder);
                    table.Add(folder.Id, result, Text(version), Text(folder.Files.Count), Text(folder.Bytes));
                }
            }
            finally
            {
                table.Write(call.Output);
            }

            return 0;
        });
    }

    private static async Task<(string Result, long Version)> ApplyAsync(ServerCall call, AgentFolder folder)
    {
        try
        {
            if (await VersionAsync(call, folder.Id) is not { } before)
            {
                var created = folder.Definition.DeepClone().AsObject();
                created["id"] = folder.Id;
                await call.Server.SendAsync(HttpMethod.Post, "agents", created, call.Cancel);
                return ("created", await VersionAsync(call, folder.Id) ?? 1);
            }

            await call.Server.SendAsync(HttpMethod.Patch, AgentsCommand.PathOf(folder.Id) + "?update_mask=*", folder.Definition, call.Cancel);
            var after = await VersionAsync(call, folder.Id) ?? before;
            return (after == before ? "unchanged" : "changed", after);
        }
        catch (ServerException exception)
        {
            throw new ServerException($"{folder.Id}: {exception.Message}{FileOf(folder, exception.Message)}");
        }
    }

    // The version that holds; null when there is no such agent.
    private static async Task<long?> VersionAsync(ServerCall call, string id)
    {
        try
        {
            var newest = await call.Server.GetAsync($"{AgentsCommand.PathOf(id)}/versions?page_size=1", WireJson.Wire.AgentVersionList, call.Cancel);
            return newest.Versions[0].Version;
        }
        catch (ServerException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    // The server speaks of the source with a number. The person has files.
    private static string FileOf(AgentFolder folder, string message) =>
        SourceNumber().Match(message) is { Success: true } match && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - folder.FirstFile is var number
            && number >= 0 && number < folder.Files.Count ? $" ('{match.Value}' is {folder.Files[number]})" : "";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"sources\[([0-9]{1,6})\]")]
    private static partial Regex SourceNumber();
}

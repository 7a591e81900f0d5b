using System.Globalization;
using System.Text.Json.Nodes;
using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Agents;

namespace OpenInteractions.Cli.Agents;

/// <summary><c>oi agents</c>: the definitions of agents on a server.</summary>
internal static class AgentsCommand
{
    public static Command Create(ServerOptions server) => new("agents", "Define agents from folders, look at them, and bring earlier versions back.")
    {
        ApplyCommand.Create(server),
        List(server),
        Versions(server),
        RollBack(server),
        Delete(server),
    };

    public static string PathOf(string id) => "agents/" + Uri.EscapeDataString(id);

    private static Command List(ServerOptions server) => server.Calls(new Command("list", "The agents that were defined, the oldest first."), async call =>
    {
        var table = new Table("ID", "BASE AGENT", "DESCRIPTION");
        string? token = null;
        do
        {
            var page = await call.Server.GetAsync($"agents?page_size=1000{Token(token)}", WireJson.Wire.AgentList, call.Cancel);
            foreach (var agent in page.Agents)
            {
                table.Add(agent.Id, agent.BaseAgent, agent.Description?.ReplaceLineEndings(" ") ?? "");
            }

            token = page.NextPageToken;
        }
        while (token is not null);

        table.Write(call.Output);
        return 0;
    });

    private static Command Versions(ServerOptions server)
    {
        var id = Id();
        return server.Calls(new Command("versions", "The versions of an agent that are kept, the newest first. The first one holds.") { id }, async call =>
        {
            var table = new Table("VERSION", "CREATED", "DESCRIPTION");
            string? token = null;
            do
            {
                var page = await call.Server.GetAsync($"{PathOf(call.Parsed.GetRequiredValue(id))}/versions?page_size=1000{Token(token)}", WireJson.Wire.AgentVersionList, call.Cancel);
                foreach (var version in page.Versions)
                {
                    table.Add(version.Version.ToString(CultureInfo.InvariantCulture), Table.Time(version.Created), version.Agent.Description?.ReplaceLineEndings(" ") ?? "");
                }

                token = page.NextPageToken;
            }
            while (token is not null);

            table.Write(call.Output);
            return 0;
        });
    }

    private static Command RollBack(ServerOptions server)
    {
        var id = Id();
        var version = new Argument<long>("VERSION") { Description = "One of 'oi agents versions ID'." };
        return server.Calls(new Command("rollback", "Make an earlier version the one that holds, as a new version.") { id, version }, async call =>
        {
            var (agent, number) = (call.Parsed.GetRequiredValue(id), call.Parsed.GetRequiredValue(version));
            await call.Server.SendAsync(HttpMethod.Post, PathOf(agent) + ":rollback", new JsonObject { ["version"] = number }, call.Cancel);
            call.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{agent} is as it was in version {number}."));
            return 0;
        });
    }

    private static Command Delete(ServerOptions server)
    {
        var id = Id();
        return server.Calls(new Command("delete", "Delete an agent with its versions. Its environments and interactions stay.") { id }, async call =>
        {
            await call.Server.SendAsync(HttpMethod.Delete, PathOf(call.Parsed.GetRequiredValue(id)), call.Cancel);
            call.Output.WriteLine($"Deleted {call.Parsed.GetRequiredValue(id)}.");
            return 0;
        });
    }

    private static Argument<string> Id() => new("ID") { Description = "The agent's id." };

    private static string Token(string? token) => token is null ? "" : "&page_token=" + Uri.EscapeDataString(token);
}

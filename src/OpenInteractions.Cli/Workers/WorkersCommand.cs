using System.Text.Json.Nodes;
using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Workers;

namespace OpenInteractions.Cli.Workers;

/// <summary><c>oi workers</c>: the workers of a project on a server.</summary>
internal static class WorkersCommand
{
    public static Command Create(ServerOptions server) => new("workers", "Machines that serve environments from elsewhere: make, list and delete them. 'oi worker' runs one.")
    {
        Make(server),
        List(server),
        Delete(server),
    };

    private static Command Make(ServerOptions server)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called, such as the machine's name." };
        var all = new Option<bool>("--all-projects") { Description = "It serves environments of every project; for keys of the operator's project (OpenInteractions__Workers__OperatorProject)." };
        return server.Calls(new Command("create", "Make a worker and show its key, this once.") { name, all }, async call =>
        {
            var body = new JsonObject { ["name"] = call.Parsed.GetRequiredValue(name) };
            if (call.Parsed.GetValue(all))
            {
                body["all_projects"] = true;
            }

            var made = JsonSerializer.Deserialize(await call.Server.SendAsync(HttpMethod.Post, "workers", body, call.Cancel), WireJson.Wire.Worker)!;

            // The key alone goes to the output, so that a script can take it.
            call.Error.WriteLine($"Worker {made.Id} '{made.Name}'. Its key is shown only now; put it into a file that nobody else may read:");
            call.Output.WriteLine(made.Key);
            return 0;
        });
    }

    private static Command List(ServerOptions server) => server.Calls(new Command("list", "The workers, the oldest first."), async call =>
    {
        var table = new Table("ID", "NAME", "PROJECTS", "STATE", "LAST SEEN");
        string? token = null;
        do
        {
            var page = await call.Server.GetAsync($"workers?page_size=1000{(token is null ? "" : "&page_token=" + Uri.EscapeDataString(token))}", WireJson.Wire.WorkerList, call.Cancel);
            foreach (var worker in page.Workers)
            {
                table.Add(worker.Id, worker.Name, worker.AllProjects ? "all" : "its own", worker.State, worker.LastSeen is { } seen ? Table.Time(seen) : "");
            }

            token = page.NextPageToken;
        }
        while (token is not null);

        table.Write(call.Output);
        return 0;
    });

    private static Command Delete(ServerOptions server)
    {
        var id = new Argument<string>("ID") { Description = "The worker's id, as 'list' shows it." };
        return server.Calls(new Command("delete", "End a worker and its key. Its environments are lost; their checkpoints stay until they expire.") { id }, async call =>
        {
            var worker = call.Parsed.GetRequiredValue(id);
            await call.Server.SendAsync(HttpMethod.Delete, "workers/" + Uri.EscapeDataString(worker), call.Cancel);
            call.Output.WriteLine($"Deleted {worker}.");
            return 0;
        });
    }
}

using OpenInteractions.Cli.Agents;
using OpenInteractions.Cli.Interactions;
using OpenInteractions.Cli.Keys;
using OpenInteractions.Cli.Models;
using OpenInteractions.Cli.Sandboxes;
using OpenInteractions.Cli.Server;
using OpenInteractions.Cli.Storage;
using OpenInteractions.Cli.Workers;

namespace OpenInteractions.Cli;

/// <summary>The command line as a whole.</summary>
internal static class OiCommand
{
    public static RootCommand Create()
    {
        var server = new ServerOptions();
        return new RootCommand("oi: API keys, stores, agents, sandboxes and workers of an OpenInteractions server, and its API from a terminal.")
        {
            server.Url,
            server.Key,
            KeysCommand.Create(),
            StorageCommand.Create(),
            InteractionsCommand.Create(server),
            ModelsCommand.Create(server),
            AgentsCommand.Create(server),
            AskCommand.Create(server),
            DoctorCommand.Create(server),
            SandboxesCommand.Create(),
            WorkersCommand.Create(server),
            WorkerCommand.Create(),
        };
    }
}

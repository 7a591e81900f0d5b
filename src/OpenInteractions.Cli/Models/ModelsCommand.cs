using OpenInteractions.Cli.Server;

namespace OpenInteractions.Cli.Models;

/// <summary><c>oi models</c>: every model that the server knows by name.</summary>
internal static class ModelsCommand
{
    private const string Prefix = "models/";

    public static Command Create(ServerOptions server) => server.Calls(new Command("models", "The models of the server."), async call =>
    {
        var table = new Table("ID", "NAME");
        string? token = null;
        do
        {
            var page = await call.Server.GetAsync($"models?pageSize=1000{(token is null ? "" : "&pageToken=" + Uri.EscapeDataString(token))}", WireJson.Wire.ModelList, call.Cancel);
            foreach (var model in page.Models)
            {
                table.Add(model.Name.StartsWith(Prefix, StringComparison.Ordinal) ? model.Name[Prefix.Length..] : model.Name, model.DisplayName ?? "");
            }

            token = page.NextPageToken;
        }
        while (token is not null);

        table.Write(call.Output);
        return 0;
    });
}

using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Cli.Interactions;

/// <summary><c>oi interactions list</c>: the newest first, in as many pages as it takes.</summary>
internal static class InteractionList
{
    private const int LargestPage = 1000;

    public static Command Create(ServerOptions server)
    {
        var status = new Option<string?>("--status") { Description = $"Only these: {string.Join(", ", InteractionStatuses.All)}.", HelpName = "STATUS" };
        var model = new Option<string?>("--model") { Description = "Only those that asked for this model.", HelpName = "ID" };
        var previous = new Option<string?>("--previous") { Description = "Only those that continue this interaction.", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 50 };
        return server.Calls(new Command("list", "Interactions, the newest first.") { status, model, previous, limit }, async call =>
        {
            var filter = Filter(("status", call.Parsed.GetValue(status)), ("model", call.Parsed.GetValue(model)), ("previous_interaction_id", call.Parsed.GetValue(previous)));
            var table = new Table("ID", "STATUS", "MODEL", "CREATED");
            var left = call.Parsed.GetValue(limit);
            string? token = null;
            while (left > 0)
            {
                var page = await call.Server.GetAsync(
                    $"interactions?page_size={Math.Min(left, LargestPage)}{filter}{Filter(("page_token", token))}", WireJson.Wire.InteractionList, call.Cancel);
                foreach (var interaction in page.Interactions)
                {
                    table.Add(interaction.Id, interaction.Status.ToWire(), interaction.Model ?? interaction.Agent ?? "", Table.Time(interaction.Created));
                }

                token = page.NextPageToken;
                left = token is null ? 0 : left - page.Interactions.Count;
            }

            table.Write(call.Output);
            return 0;
        });
    }

    private static string Filter(params (string Name, string? Value)[] parts) =>
        string.Concat(parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"&{p.Name}={Uri.EscapeDataString(p.Value!)}"));
}

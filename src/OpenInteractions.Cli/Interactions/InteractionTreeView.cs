using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Cli.Interactions;

/// <summary><c>oi interactions tree</c>: every branch of a conversation. Only branches are set in: a chain of a thousand turns stays readable.</summary>
internal static class InteractionTreeView
{
    public static Command Create(ServerOptions server)
    {
        var id = InteractionsCommand.Id();
        return server.Calls(new Command("tree", "The conversation that an interaction stands in, with all branches; '*' marks the one asked for.") { id }, async call =>
        {
            var asked = call.Parsed.GetRequiredValue(id);
            var nodes = new List<InteractionTreeNode>();
            string? token = null;
            do
            {
                var page = await call.Server.GetAsync(
                    $"{InteractionsCommand.PathOf(asked)}/tree?page_size=1000{(token is null ? "" : "&page_token=" + Uri.EscapeDataString(token))}", WireJson.Wire.InteractionTree, call.Cancel);
                nodes.AddRange(page.Nodes);
                token = page.NextPageToken;
            }
            while (token is not null);

            Write(call.Output, nodes, asked);
            return 0;
        });
    }

    private static void Write(TextWriter output, IReadOnlyList<InteractionTreeNode> nodes, string asked)
    {
        var known = nodes.Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        var children = nodes.ToLookup(n => n.PreviousInteractionId is { } parent && known.Contains(parent) ? parent : "", StringComparer.Ordinal);
        var open = new Stack<(InteractionTreeNode Node, int Depth)>(children[""].Reverse().Select(root => (root, 0)));
        while (open.TryPop(out var next))
        {
            var (node, depth) = next;
            output.WriteLine($"{new string(' ', depth * 2)}{(node.Id == asked ? '*' : '-')} {node.Id}  {node.Status.ToWire()}  {node.Model ?? node.Agent}  {Table.Time(node.Created)}");
            var below = children[node.Id].ToList();
            foreach (var child in below.AsEnumerable().Reverse())
            {
                open.Push((child, below.Count > 1 ? depth + 1 : depth));
            }
        }
    }
}

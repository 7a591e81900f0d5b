using OpenInteractions.Cli.Server;

namespace OpenInteractions.Cli.Interactions;

/// <summary><c>oi interactions</c>: look at what is kept, and end or erase it.</summary>
internal static class InteractionsCommand
{
    public static Command Create(ServerOptions server) => new("interactions", "Look at interactions, cancel and delete them.")
    {
        InteractionList.Create(server),
        Get(server),
        Cancel(server),
        Delete(server),
        InteractionTreeView.Create(server),
    };

    private static Command Get(ServerOptions server)
    {
        var id = Id();
        var input = new Option<bool>("--include-input") { Description = "With the input of the turn." };
        return server.Calls(new Command("get", "One interaction, as the API gives it.") { id, input }, async call =>
        {
            var query = call.Parsed.GetValue(input) ? "?include_input=true" : "";
            Write(call, await call.Server.SendAsync(HttpMethod.Get, PathOf(call.Parsed.GetRequiredValue(id)) + query, call.Cancel));
            return 0;
        });
    }

    private static Command Cancel(ServerOptions server)
    {
        var id = Id();
        return server.Calls(new Command("cancel", "End an interaction that runs in the background.") { id }, async call =>
        {
            Write(call, await call.Server.SendAsync(HttpMethod.Post, PathOf(call.Parsed.GetRequiredValue(id)) + "/cancel", call.Cancel));
            return 0;
        });
    }

    private static Command Delete(ServerOptions server)
    {
        var id = Id();
        return server.Calls(new Command("delete", "Erase an interaction.") { id }, async call =>
        {
            await call.Server.SendAsync(HttpMethod.Delete, PathOf(call.Parsed.GetRequiredValue(id)), call.Cancel);
            call.Output.WriteLine($"Deleted {call.Parsed.GetRequiredValue(id)}.");
            return 0;
        });
    }

    public static Argument<string> Id() => new("ID") { Description = "The interaction's id." };

    public static string PathOf(string id) => "interactions/" + Uri.EscapeDataString(id);

    private static void Write(ServerCall call, byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, Encoder = WireJson.Wire.Options.Encoder }))
        {
            document.WriteTo(writer);
        }

        call.Output.WriteLine(System.Text.Encoding.UTF8.GetString(text.GetBuffer().AsSpan(0, (int)text.Length)));
    }
}

using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Cli.Interactions;

/// <summary><c>oi ask</c>: one turn of a conversation. The answer's text goes to the output, everything else beside it.</summary>
internal static class AskCommand
{
    public static Command Create(ServerOptions server)
    {
        var text = new Argument<string>("TEXT") { Description = "What to say." };
        var model = new Option<string>("--model") { Description = "The model. Default: OPENINTERACTIONS_MODEL, or demo.", HelpName = "ID", DefaultValueFactory = _ => Environment.GetEnvironmentVariable("OPENINTERACTIONS_MODEL") ?? "demo" };
        var previous = new Option<string?>("--previous") { Description = "The interaction to go on from.", HelpName = "ID" };
        var stream = new Option<bool>("--stream") { Description = "Show the answer while it is made." };
        return server.Calls(new Command("ask", "Ask a model, and print what it says.") { text, model, previous, stream }, async call =>
        {
            var isStreamed = call.Parsed.GetValue(stream);
            var request = new CreateInteractionRequest
            {
                Model = call.Parsed.GetRequiredValue(model),
                Input = InteractionInput.FromText(call.Parsed.GetRequiredValue(text)),
                PreviousInteractionId = call.Parsed.GetValue(previous),
                Stream = isStreamed ? true : null,
            };
            using var answer = await call.Server.PostAsync("interactions", request, WireJson.Wire.CreateInteractionRequest, call.Cancel);
            await using var body = await answer.Content.ReadAsStreamAsync(call.Cancel);
            var interaction = isStreamed ? await new AnswerStream(call).PrintAsync(body) : await PrintAsync(call, body);
            return Report(call, interaction);
        });
    }

    private static async Task<Interaction> PrintAsync(ServerCall call, Stream body)
    {
        var interaction = (await JsonSerializer.DeserializeAsync(body, WireJson.Wire.Interaction, call.Cancel))!;
        foreach (var output in (interaction.Steps ?? []).OfType<ModelOutputStep>())
        {
            call.Output.Write(string.Concat(output.Content.OfType<TextContent>().Select(t => t.Text)));
        }

        foreach (var function in (interaction.Steps ?? []).OfType<FunctionCallStep>())
        {
            call.Error.WriteLine($"The model calls {function.Name}({function.Arguments.GetRawText()}).");
        }

        return interaction;
    }

    private static int Report(ServerCall call, Interaction interaction)
    {
        call.Output.WriteLine();
        foreach (var error in interaction.Errors ?? [])
        {
            call.Error.WriteLine(error.Code is { } code ? $"{code}: {error.Message}" : error.Message);
        }

        call.Error.WriteLine($"{interaction.Id} {interaction.Status.ToWire()}");
        return interaction.Status is InteractionStatus.Completed or InteractionStatus.RequiresAction or InteractionStatus.Incomplete ? 0 : 1;
    }
}

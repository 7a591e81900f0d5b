using System.Net.ServerSentEvents;
using OpenInteractions.Cli.Server;
using OpenInteractions.Contracts.Events;
using OpenInteractions.Contracts.Interactions;

namespace OpenInteractions.Cli.Interactions;

/// <summary>Prints the text of an answer as it comes.</summary>
internal sealed class AnswerStream(ServerCall call)
{
    private const string EndOfStream = "done";

    private readonly HashSet<int> _begun = [];
    private string? _id;

    /// <returns>The interaction at its end, without its steps.</returns>
    public async Task<Interaction> PrintAsync(Stream body)
    {
        var events = SseParser.Create(body, (name, data) => name == EndOfStream ? null : JsonSerializer.Deserialize(data, WireJson.Wire.StreamEvent));
        await foreach (var item in events.EnumerateAsync(call.Cancel))
        {
            if (item.Data is InteractionCompletedEvent { Interaction: var ended })
            {
                return ended;
            }

            Print(item.Data);
            await call.Output.FlushAsync(call.Cancel);
        }

        throw new ServerException(_id is null
            ? "The stream ended before it began."
            : $"The stream was cut. The run goes on at the server: oi interactions get {_id}");
    }

    private void Print(StreamEvent? value)
    {
        switch (value)
        {
            case InteractionCreatedEvent created:
                _id = created.Interaction.Id;
                break;
            case StepDeltaEvent { Delta: TextDelta text }:
                call.Output.Write(text.Text);
                break;
            case StepStartEvent start when !_begun.Add(start.Index):
                // What was printed of it cannot be taken back.
                call.Output.WriteLine();
                call.Error.WriteLine("The answer was interrupted and begins again.");
                break;
            case ErrorEvent error:
                call.Error.WriteLine($"{error.Error.Code}: {error.Error.Message}");
                break;
        }
    }
}

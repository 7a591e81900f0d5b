using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>A reader who does not give up: wherever the stream was cut, by a fault or by himself, he resumes behind the last event that he has, at any server.</summary>
/// <param name="servers">The servers.</param>
/// <param name="random">His luck.</param>
/// <param name="longestStay">Most events that he reads before he leaves and comes back.</param>
/// <param name="told">Told of each event.</param>
internal sealed class ResumingReader(Servers servers, Random random, int longestStay, Action<ServerEvent> told)
{
    private readonly List<ServerEvent> _events = [];

    /// <summary>How often he came back.</summary>
    public int Returns { get; private set; }

    /// <summary>Reads a run from its first event to its end mark.</summary>
    /// <param name="begin">Asks for the events of a run from the first on: of that which is there, or of one that is made by it.</param>
    public async Task<IReadOnlyList<ServerEvent>> ReadAsync(Func<InteractionsClient, HttpRequestMessage> begin)
    {
        while (true)
        {
            await using var reader = await servers.AskAsync(random, client => Servers.OpenedAsync(client, _events.Count == 0 ? begin(client) : Resume(client)));
            for (var left = random.Next(longestStay) + 1; left > 0 && await reader.NextAsync() is { } read; left--)
            {
                _events.Add(read);
                told(read);
                if (read.IsDone)
                {
                    Assert.Null(await reader.NextAsync());
                    return _events;
                }
            }

            Returns++;
        }
    }

    private HttpRequestMessage Resume(InteractionsClient client) => client.Request(
        HttpMethod.Get, $"interactions/{_events[0].Json.GetProperty("interaction").GetProperty("id").GetString()}?stream=true&last_event_id={_events[^1].EventId}", null);
}

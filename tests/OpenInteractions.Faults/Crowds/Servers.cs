using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests.Crowds;

/// <summary>Servers behind a balancer, so to speak: some are down at times, and clients are sent to one that is up.</summary>
internal sealed class Servers(IReadOnlyList<ServerProcess> all)
{
    // A server whose pool still has connections of before a fault may refuse more than once; one that refuses for ever is a finding.
    private const int Tries = 40;

    private readonly Lock _gate = new();
    private readonly HashSet<ServerProcess> _down = [];
    private TaskCompletionSource _changed = New();
    private int _troubles;

    public IReadOnlyList<ServerProcess> All => all;

    /// <summary>Says that a fault is being made, and, when one is given, that this server is down. Ends when disposed.</summary>
    public IDisposable Trouble(ServerProcess? down = null)
    {
        Change(1, () => down is null || _down.Add(down));
        return new Repair(() => Change(-1, () => down is null || _down.Remove(down)));
    }

    /// <summary>
    /// Asks until a server answers, as a client does that can repeat its request: another one when the connection breaks, and after the fault when it is told to
    /// come again.
    /// </summary>
    public async Task<T> AskAsync<T>(Random random, Func<InteractionsClient, Task<T?>> ask)
        where T : class
    {
        var refusals = new List<string>();
        while (refusals.Count < Tries)
        {
            var server = await AnyAsync(random);
            try
            {
                if (await ask(server.Client) is { } answer)
                {
                    return answer;
                }
            }
            catch (HttpRequestException exception)
            {
                refusals.Add(exception.Message);
                continue; // refused or cut: the next one may be another
            }

            refusals.Add("503");
            await CalmAsync();
        }

        throw new UnexpectedAnswerException($"No server answered: {string.Join(", ", refusals)}");
    }

    /// <summary>An answer, or null when the server says that it cannot take the request now.</summary>
    public static async Task<Answer?> TakenAsync(Task<Answer> asked) => await asked is var answer && answer.Status == 503 ? null : answer.Ok();

    /// <summary>A stream, or null when the server says that it cannot take the request now.</summary>
    public static async Task<EventReader?> OpenedAsync(InteractionsClient client, HttpRequestMessage request)
    {
        var response = await client.OpenRawAsync(request);
        if ((int)response.StatusCode != 503)
        {
            return await EventReader.OpenAsync(response);
        }

        response.Dispose();
        return null;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<ServerProcess> AnyAsync(Random random)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                var up = all.Where(s => !_down.Contains(s)).ToList();
                if (up.Count > 0)
                {
                    return up[random.Next(up.Count)];
                }

                changed = _changed.Task;
            }

            await changed.OrTimeout("a server that is up");
        }
    }

    /// <summary>Completes when no fault is being made.</summary>
    private async Task CalmAsync()
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_troubles == 0)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.OrTimeout("the end of a fault");
        }
    }

    private void Change(int troubles, Func<bool> change)
    {
        lock (_gate)
        {
            _troubles += troubles;
            change();
            _changed.SetResult();
            _changed = New();
        }
    }

    private sealed class Repair(Action repair) : IDisposable
    {
        public void Dispose() => repair();
    }
}

using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace OpenInteractions.Bench.Load;

/// <summary>One caller of the native wire: one request after the other on one connection.</summary>
internal sealed class InteractionsClient : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private readonly HttpConnection _connection;

    private InteractionsClient(HttpConnection connection) => _connection = connection;

    public static async Task<InteractionsClient> ConnectAsync(EndPoint address, CancellationToken cancellationToken) =>
        new(await HttpConnection.ConnectAsync(address, cancellationToken));

    /// <summary>Creates a completed turn and answers its id.</summary>
    public async Task<string> TurnAsync(string? previous, CancellationToken cancellationToken)
    {
        var (status, body) = await SendAsync(HttpRequests.Create(HttpRequests.ShortModel, previous: previous), cancellationToken);
        return Answers.Problem(status, body.Span, Answers.EndOf(Wire.Interactions).Span) is { } problem
            ? throw new InvalidOperationException(problem)
            : Answers.Head(body.Span).Id;
    }

    /// <summary>A line of turns, each the next of the one before.</summary>
    public async Task<string> TurnsAsync(string? previous, int count, CancellationToken cancellationToken)
    {
        for (var i = 0; i < count; i++)
        {
            previous = await TurnAsync(previous, cancellationToken);
        }

        return previous ?? throw new ArgumentOutOfRangeException(nameof(count));
    }

    /// <summary>Starts a background run; answers its id and the milliseconds until it was acknowledged.</summary>
    public async Task<(string Id, double Milliseconds)> BackgroundAsync(string model, string? previous, CancellationToken cancellationToken)
    {
        var request = HttpRequests.Create(model, background: true, previous: previous);
        var sent = Stopwatch.GetTimestamp();
        var (status, body) = await SendAsync(request, cancellationToken);
        var elapsed = Samples.Milliseconds(sent, Stopwatch.GetTimestamp());
        var head = status == 200 ? Answers.Head(body.Span) : default;
        return head is { Id.Length: > 0, Status: "in_progress" or "queued" }
            ? (head.Id, elapsed)
            : throw new InvalidOperationException($"a background create answered HTTP {status}: {Answers.Quote(body.Span)}");
    }

    /// <summary>Polls until a run has ended, and insists that it ended well.</summary>
    public async Task WaitCompletedAsync(string id, CancellationToken cancellationToken)
    {
        var request = HttpRequests.Get($"/v1/interactions/{id}");
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < EndLimit)
        {
            var (status, body) = await SendAsync(request, cancellationToken);
            var state = status == 200 ? Answers.Head(body.Span).Status : throw new InvalidOperationException($"HTTP {status}: {Answers.Quote(body.Span)}");
            if (state == "completed")
            {
                return;
            }

            if (state is not ("queued" or "in_progress"))
            {
                throw new InvalidOperationException($"a run ended as {state}: {Answers.Quote(body.Span)}");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        throw new TimeoutException($"a background run had not ended after {EndLimit.TotalSeconds:0} s");
    }

    /// <summary>The ids of all stored interactions that are completed.</summary>
    public async Task<List<string>> CompletedIdsAsync(CancellationToken cancellationToken)
    {
        List<string> ids = [];
        for (string? page = ""; page is not null;)
        {
            var body = await GetAsync($"/v1/interactions?status=completed&page_size=1000{page}", cancellationToken);
            using var json = JsonDocument.Parse(body);
            ids.AddRange(json.RootElement.GetProperty("interactions").EnumerateArray().Select(interaction => interaction.GetProperty("id").GetString()!));
            page = json.RootElement.TryGetProperty("next_page_token", out var next) && next.GetString() is { Length: > 0 } token
                ? $"&page_token={Uri.EscapeDataString(token)}"
                : null;
        }

        return ids;
    }

    /// <summary>A body that is valid until the next call.</summary>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string path, CancellationToken cancellationToken)
    {
        var (status, body) = await SendAsync(HttpRequests.Get(path), cancellationToken);
        return status == 200 ? body : throw new InvalidOperationException($"GET {path} answered HTTP {status}: {Answers.Quote(body.Span)}");
    }

    public void Dispose() => _connection.Dispose();

    private async Task<(int Status, ReadOnlyMemory<byte> Body)> SendAsync(byte[] request, CancellationToken cancellationToken)
    {
        await _connection.SendAsync(request, cancellationToken);
        var status = await _connection.ReadHeadAsync(cancellationToken);
        return (status, await _connection.ReadWholeBodyAsync(cancellationToken));
    }
}

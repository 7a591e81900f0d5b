using System.Text;

namespace OpenInteractions.Testing.Client;

/// <summary>Reads a stream of events byte by byte, and minds every byte.</summary>
public sealed class EventReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpResponseMessage _response;
    private readonly Stream _body;
    private readonly byte[] _chunk = new byte[8192];
    private readonly List<byte> _unread = [];
    private readonly List<ServerEvent> _events = [];

    private EventReader(HttpResponseMessage response, Stream body) => (_response, _body) = (response, body);

    /// <summary>Every event so far, the end mark included.</summary>
    public IReadOnlyList<ServerEvent> Events => _events;

    /// <summary>Comments so far.</summary>
    public int Heartbeats { get; private set; }

    /// <summary>The last event's id, to resume from.</summary>
    public string? LastEventId => _events.LastOrDefault(e => !e.IsDone)?.EventId;

    /// <summary>The id of the interaction that is streamed; known from the first event.</summary>
    public string InteractionId => _events[0].Json.GetProperty("interaction").GetProperty("id").GetString()!;

    public IReadOnlyDictionary<string, string> Headers => Answer.HeadersOf(_response);

    public static async Task<EventReader> OpenAsync(HttpResponseMessage response)
    {
        if (response.StatusCode != System.Net.HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            var answer = await Answer.ReadAsync(response);
            throw new UnexpectedAnswerException($"Expected a stream, got {answer.Status}: {answer.Text}");
        }

        return new EventReader(response, await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null when the connection has ended, by its end mark or by a cut.</summary>
    public async Task<ServerEvent?> NextAsync()
    {
        while (await FrameAsync() is { } frame)
        {
            if (ServerEvent.Parse(frame) is { } read)
            {
                _events.Add(read);
                return read;
            }

            Heartbeats++;
        }

        return null;
    }

    /// <summary>Reads on until an event is what is looked for.</summary>
    public async Task<ServerEvent> UntilAsync(Func<ServerEvent, bool> isIt)
    {
        while (await NextAsync() is { } read)
        {
            if (isIt(read))
            {
                return read;
            }
        }

        throw new UnexpectedAnswerException($"The stream ended before the event came. It had: {Names()}");
    }

    public Task<ServerEvent> UntilAsync(string name) => UntilAsync(e => e.Name == name);

    /// <summary>Reads until a comment comes.</summary>
    public async Task HeartbeatAsync()
    {
        var frame = await FrameAsync() ?? throw new UnexpectedAnswerException("The stream ended before a heartbeat came.");
        if (ServerEvent.Parse(frame) is { } read)
        {
            throw new UnexpectedAnswerException($"Expected a heartbeat, got {read.Name}.");
        }

        Heartbeats++;
    }

    /// <summary>All events; the last is the end mark, and nothing follows it.</summary>
    public async Task<IReadOnlyList<ServerEvent>> ToEndAsync()
    {
        while (await NextAsync() is not null)
        {
            // Kept in Events.
        }

        return _events is [.., { IsDone: true, Data: "[DONE]" }] && _events.Count(e => e.IsDone) == 1 && _unread.Count == 0
            ? _events
            : throw new UnexpectedAnswerException($"The stream ended without its end mark, or went on behind it. It had: {Names()}");
    }

    /// <summary>Reads as far as the connection goes, however it ends.</summary>
    public async Task<IReadOnlyList<ServerEvent>> ToCutAsync()
    {
        while (await NextAsync() is not null)
        {
            // Kept in Events.
        }

        return _events;
    }

    public async ValueTask DisposeAsync()
    {
        await _body.DisposeAsync();
        _response.Dispose();
    }

    private string Names() => string.Join(", ", _events.Select(e => e.Name));

    private async Task<string?> FrameAsync()
    {
        var searched = 0;
        while (true)
        {
            for (; searched + 1 < _unread.Count; searched++)
            {
                if (_unread[searched] == '\n' && _unread[searched + 1] == '\n')
                {
                    var frame = Encoding.UTF8.GetString([.. _unread[..(searched + 2)]]);
                    _unread.RemoveRange(0, searched + 2);
                    return frame;
                }
            }

            if (await ReadAsync() is var read && read == 0)
            {
                return null;
            }

            _unread.AddRange(_chunk.AsSpan(0, read));
        }
    }

    private async Task<int> ReadAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await _body.ReadAsync(_chunk, patience.Token);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return 0; // cut
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new TimeoutException($"The stream was silent for {Patience}. It had: {Names()}");
        }
    }
}

using System.Net.Sockets;
using System.Text;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Api.Tests.Interactions;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Streaming;

/// <summary>Readers that leave, and readers that do not read.</summary>
public sealed class ReaderTests(ServerWithModels models) : IClassFixture<ServerWithModels>
{
    private readonly InteractionsClient _client = models.Client;

    [Fact]
    [Rule("ST-20")]
    public async Task A_stored_answer_whose_caller_leaves_is_finished_and_found_in_the_list()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        var label = Guid.NewGuid().ToString("N")[..8];
        using (var leaving = new CancellationTokenSource())
        {
            var request = _client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json($$$"""{"model":"local/scripted","input":"hi","labels":{"left":"{{{label}}}"}}"""));
            var waiting = _client.OpenRawAsync(request, leaving.Token);
            await reply.Reached;
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        reply.LetGo();
        var listed = await ListedAsync(label);

        Assert.Equal("completed", listed.State);
        Assert.Equal("one two", listed.OutputText);
        Assert.False((await reply.Request).CallerLeft.IsCompleted);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"stream\":true")]
    [Rule("ST-20")]
    public async Task An_unstored_turn_is_cancelled_when_its_caller_leaves(string more)
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        using var leaving = new CancellationTokenSource();
        var request = _client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json($$"""{"model":"local/scripted","input":"hi","store":false{{more}}}"""));
        var waiting = _client.OpenRawAsync(request, leaving.Token);
        await reply.Reached;

        if (more.Length > 0)
        {
            (await waiting).Dispose();
        }
        else
        {
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        }

        await (await reply.Request).CallerLeft.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    [Rule("ST-20")]
    [Rule("BG-4")]
    public async Task A_stored_stream_goes_on_without_its_reader()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        string id;
        await using (var events = await _client.CreateStreamedAsync("""{"model":"local/scripted","input":"hi","stream":true}"""))
        {
            await events.UntilAsync("step.delta");
            id = events.InteractionId;
        }

        reply.LetGo();
        var end = await _client.EndOfAsync(id);

        Assert.Equal(("completed", "one two"), (end.State, end.OutputText));
    }

    [Fact]
    [Rule("BG-8")]
    public async Task A_reader_who_does_not_read_holds_nobody_up_and_loses_nothing()
    {
        using var stalled = await StallAsync("""{"model":"demo","input":"count to 40000","stream":true}""");

        var end = await _client.EndOfAsync(stalled.Id); // ends although nobody takes its first stream
        var rest = await stalled.Rest.ReadToEndAsync();

        Assert.Equal("completed", end.State);
        Assert.EndsWith(" 40000", end.OutputText, StringComparison.Ordinal);
        Assert.Contains("event: interaction.completed\n", rest, StringComparison.Ordinal);
        Assert.Contains("data: [DONE]\n\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("BG-8")]
    public async Task A_reader_who_fell_behind_catches_up_with_a_run_that_goes_on()
    {
        const string Last = "the last of the first part";
        var pieces = Enumerable.Repeat(new string('x', 16_000), 600).Append(Last).ToArray();
        var reply = HeldReply.Next(models, holdAfter: pieces.Length, [.. pieces, " and the rest"]);
        using var stalled = await StallAsync("""{"model":"local/scripted","input":"hi","stream":true}""");
        await reply.Reached;

        for (var line = ""; !line.Contains(Last, StringComparison.Ordinal);)
        {
            line = await stalled.Rest.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) ?? throw new InvalidOperationException("The stream ended while its run went on.");
            Assert.DoesNotContain("event: error", line, StringComparison.Ordinal);
        }

        reply.LetGo();
        var rest = await stalled.Rest.ReadToEndAsync();

        Assert.Contains(" and the rest", rest, StringComparison.Ordinal);
        Assert.Contains("event: interaction.completed\n", rest, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("BG-9")]
    public async Task Many_readers_of_one_run_all_get_all()
    {
        var reply = HeldReply.Next(models, holdAfter: 1, "one", " two");
        await using var first = await _client.CreateStreamedAsync("""{"model":"local/scripted","input":"hi","stream":true}""");
        await first.UntilAsync("step.delta");
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _client.FollowAsync(first.InteractionId)));

        reply.LetGo();
        var all = await first.ToEndAsync();

        foreach (var other in others)
        {
            await using var reader = other;
            Assert.Equal(all.Select(e => e.Frame), (await reader.ToEndAsync()).Select(e => e.Frame));
        }

        Shown.Same((await _client.GetAsync(first.InteractionId)).Ok(), StreamFold.Of(all));
    }

    /// <summary>Opens a stream and reads no further than its interaction's id.</summary>
    private async Task<Stalled> StallAsync(string body)
    {
        var connection = new TcpClient { ReceiveBufferSize = 4096 };
        await connection.ConnectAsync("127.0.0.1", _client.Address.Port);
        var socket = connection.GetStream();
        await socket.WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/interactions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
        var first = new byte[2048];
        var read = 0;
        while (!Encoding.ASCII.GetString(first, 0, read).Contains("\"id\":\"int_", StringComparison.Ordinal))
        {
            var got = await socket.ReadAsync(first.AsMemory(read));
            Assert.True(got > 0, $"The stream ended before the id came: {Encoding.ASCII.GetString(first, 0, read)}");
            read += got;
        }

        var head = Encoding.ASCII.GetString(first, 0, read);
        return new Stalled(connection, head[head.IndexOf("int_", StringComparison.Ordinal)..].Split('"')[0], new StreamReader(socket));
    }

    private sealed record Stalled(TcpClient Connection, string Id, StreamReader Rest) : IDisposable
    {
        public void Dispose()
        {
            Rest.Dispose();
            Connection.Dispose();
        }
    }

    // A foreground answer is kept when it ends, and nobody is told: the list is where it shows.
    private async Task<Answer> ListedAsync(string label)
    {
        for (var looks = 0; looks < 1000; looks++)
        {
            var list = (await _client.ListAsync($"?label.left={label}")).Ok().Json.GetProperty("interactions");
            if (list.GetArrayLength() == 1)
            {
                return (await _client.GetAsync(list[0].GetProperty("id").GetString()!)).Ok();
            }
        }

        throw new TimeoutException("The answer never came into the list.");
    }
}

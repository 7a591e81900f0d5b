using System.Net;
using System.Text;
using OpenInteractions.Testing.Vendors;

namespace OpenInteractions.Providers.Tests.Vendors;

/// <summary>The faults must be what they claim to be, or the tests that use them prove nothing.</summary>
public sealed class VendorServerTests : IAsyncLifetime
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler());

    private VendorServer _server = null!;

    public async Task InitializeAsync() => _server = await VendorServer.StartAsync(new Echo());

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_refusal_comes_before_the_script_and_does_not_use_it_up()
    {
        _server.Enqueue(VendorReply.Json(200, "{}"));

        var refused = await Client.PostAsync(_server.Address, new StringContent("bad"));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.False(_server.ScriptIsDone);
        Assert.Single(_server.Refusals);
    }

    [Fact]
    public async Task Status_headers_and_body_arrive_as_scripted()
    {
        _server.Enqueue(VendorReply.Json(429, """{"error":{}}""").WithHeader("retry-after", "7"));

        var response = await Client.GetAsync(_server.Address);

        Assert.Equal((HttpStatusCode)429, response.StatusCode);
        Assert.Equal("7", response.Headers.GetValues("retry-after").Single());
        Assert.Equal("""{"error":{}}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(70_000)]
    public async Task A_cut_delivers_exactly_the_bytes_before_it_and_then_breaks(int bytes)
    {
        _server.Enqueue(VendorReply.Events(Enumerable.Repeat(Sse.Frame(new string('x', 100)), 1000)).CutAfter(bytes));

        var (received, failure) = await ReadToTheEndAsync();

        Assert.Equal(bytes, received.Length);
        Assert.IsType<HttpIOException>(failure);
    }

    [Fact]
    public async Task Half_a_frame_can_end_in_good_order()
    {
        _server.Enqueue(VendorReply.Events([Sse.Frame("one"), Sse.Frame("two")]).EndAfter(14));

        var (received, failure) = await ReadToTheEndAsync();

        Assert.Equal("data: one\n\ndat", received);
        Assert.Null(failure);
    }

    [Fact]
    public async Task A_reset_gives_no_answer_at_all()
    {
        _server.Enqueue(VendorReply.Reset());

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetAsync(_server.Address));
    }

    [Fact]
    public async Task A_hang_holds_the_rest_back_until_the_test_opens_the_gate()
    {
        var gate = new Gate();
        _server.Enqueue(VendorReply.Events([Sse.Frame("one"), Sse.Frame("two")]).HangAfterParts(1, gate));

        var reading = ReadToTheEndAsync();
        await gate.Reached.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.False(reading.IsCompleted);
        gate.Open();

        Assert.Equal("data: one\n\ndata: two\n\n", (await reading).Received);
    }

    [Fact]
    public async Task The_server_notices_a_caller_that_leaves()
    {
        _server.Enqueue(VendorReply.Events([Sse.Frame("one")]).HangAfterParts(1, new Gate()));

        var response = await Client.GetAsync(_server.Address, HttpCompletionOption.ResponseHeadersRead);
        var request = await _server.RequestAsync(1);
        response.Dispose();

        await request.CallerLeft.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task<(string Received, Exception? Failure)> ReadToTheEndAsync()
    {
        using var response = await Client.GetAsync(_server.Address, HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var received = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await body.ReadAsync(buffer) is > 0 and var count)
            {
                received.Write(buffer, 0, count);
            }
        }
        catch (IOException e)
        {
            return (Encoding.UTF8.GetString(received.ToArray()), e);
        }

        return (Encoding.UTF8.GetString(received.ToArray()), null);
    }

    private sealed class Echo : IVendor
    {
        public VendorReply? Refuse(VendorRequest request) => request.Text == "bad" ? VendorReply.Json(400, "{}") : null;

        public VendorReply Respond(VendorRequest request) => VendorReply.Text(200, request.Text);
    }
}

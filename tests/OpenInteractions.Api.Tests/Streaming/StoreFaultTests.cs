using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OpenInteractions.Api.Tests.Hosting;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;
using OpenInteractions.Testing.Vendors;
using OpenInteractions.Testing.Vendors.OpenAI;

namespace OpenInteractions.Api.Tests.Streaming;

/// <summary>The model is asked while the row of a streamed run is written. When the store cannot write it, the run is as if it had never been.</summary>
public sealed class StoreFaultTests : IAsyncLifetime
{
    private const string Streamed = """{"model":"local/scripted","input":"hi","stream":true}""";

    private readonly ServerWithModels _models = new();
    private readonly ConcurrentQueue<Exception> _unobserved = [];

    private TestServer Server => _models.Server;

    public async Task InitializeAsync()
    {
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        await _models.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _models.DisposeAsync();
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
    }

    [Fact]
    [Rule("ER-1")]
    public async Task A_run_that_cannot_be_kept_is_stopped_and_leaves_nothing()
    {
        var reply = HeldReply.Next(_models, holdAfter: 1, "one", " two");
        Answer answer;
        using (LockedStore.Begin(Server))
        {
            var answering = Server.Client.CreateAsync(Streamed);
            await reply.Reached; // the run has begun
            Assert.False(answering.IsCompleted);
            answer = await answering.OrTimeout("the answer of a server whose store is locked");
        }

        await (await reply.Request).CallerLeft.OrTimeout("the provider is left");
        await RefusedAsync(answer);
    }

    [Fact]
    [Rule("ER-1")]
    public async Task A_run_that_ended_before_it_could_be_kept_leaves_nothing()
    {
        _models.Local.Enqueue(VendorReply.Events(ChatFrames.Answer("one", " two")));
        Answer answer;
        using (LockedStore.Begin(Server))
        {
            answer = await Server.Client.CreateAsync(Streamed).OrTimeout("the answer of a server whose store is locked");
        }

        Assert.Single(_models.Local.Requests, r => r.Method == "POST");
        await RefusedAsync(answer);
    }

    [Fact]
    [Rule("ER-1")]
    public async Task A_run_that_cuts_a_call_while_it_cannot_be_kept_leaves_nothing()
    {
        _models.Local.Enqueue(VendorReply.Events([ChatFrames.Call(0, "c1", "f", "{\"a\":")]).CutAfterParts(1));
        Answer answer;
        using (LockedStore.Begin(Server))
        {
            answer = await Server.Client.CreateAsync("""{"model":"local/scripted","input":"hi","stream":true,"tools":[{"type":"function","name":"f","parameters":{"type":"object"}}]}""")
                .OrTimeout("the answer of a server whose store is locked");
        }

        await RefusedAsync(answer);
    }

    private async Task RefusedAsync(Answer answer)
    {
        Assert.Equal((503, "service_unavailable"), (answer.Status, answer.ErrorCode));
        Assert.NotNull(answer.Header("retry-after"));
        Assert.Equal("application/json", answer.Header("content-type"));
        Assert.DoesNotContain("int_", answer.Text, StringComparison.Ordinal);
        Assert.Equal(0, Server.Services.GetRequiredService<RunRegistry>().Count);
        Assert.Empty((await Server.Client.ListAsync()).Ok().Json.GetProperty("interactions").EnumerateArray());

        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Empty(_unobserved);

        // The store is free again, and so is the server.
        await using var events = await Server.Client.CreateStreamedAsync("""{"model":"demo","input":"echo: on","stream":true}""");
        Assert.Equal("completed", StreamFold.Of(await events.ToEndAsync()).Status);
    }

    // Of the whole process: other tests have other errors.
    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs told)
    {
        if (told.Exception.Flatten().InnerExceptions.FirstOrDefault(e => e is StoreUnavailableException) is { } fault)
        {
            _unobserved.Enqueue(fault);
        }
    }
}

using OpenInteractions.Testing;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Faults.Tests;

/// <summary>A client that repeats its POST after the server died (behaviour ER-7).</summary>
public sealed class RepeatedCreateTests
{
    [Fact]
    [Rule("ER-7")]
    public async Task A_create_with_a_key_is_one_interaction_although_the_server_died_over_it()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 20, TimeSpan.FromMilliseconds(25));
        await using var server = await ServerProcess.StartAsync(provider.Settings);
        var first = SendAsync(server.Client);
        await provider.CalledAsync(1);

        await server.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => first);
        await server.StartAgainAsync();
        var second = (await SendAsync(server.Client)).Ok();
        var third = (await SendAsync(server.Client)).Ok();

        Assert.Equal(("completed", provider.AnswerTo("tell")), (second.State, second.OutputText));
        Assert.Equal(second.Id, third.Id);
        Assert.Equal(2, provider.Calls["tell"]); // the one that was cut, and the one that took its place
        Assert.Equal(1, (await server.Client.ListAsync()).Ok().Json.GetProperty("interactions").GetArrayLength());
    }

    private static Task<Answer> SendAsync(InteractionsClient client)
    {
        var request = client.Request(HttpMethod.Post, "interactions", InteractionsClient.Json("""{"model":"slow/any","input":"tell"}"""));
        request.Headers.Add("Idempotency-Key", "key-1");
        return client.SendAsync(request);
    }
}

using OpenInteractions.Testing;

namespace OpenInteractions.Faults.Tests;

/// <summary>What a person at the terminal is told when the server is ready.</summary>
public sealed class AnnouncementTests
{
    [Fact]
    public async Task The_first_call_names_a_model_that_is_there()
    {
        await using var provider = await SlowChat.StartAsync(pieces: 1, TimeSpan.Zero);
        await using var server = await ServerProcess.StartAsync([.. provider.Settings, ("OpenInteractions__Providers__Demo", "false")]);
        var page = (await server.Client.SendAsync(HttpMethod.Get, "/")).Ok();
        await server.StopAsync();

        Assert.Contains("\"model\":\"any\"", page.Text, StringComparison.Ordinal);
        Assert.Contains("""-d '{"model":"any",""", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("demo", server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_model_it_is_told_how_to_add_one()
    {
        await using var server = await ServerProcess.StartAsync(("OpenInteractions__Providers__Demo", "false"));
        await server.StopAsync();

        Assert.Contains("There is no model yet. Add one", server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("curl", server.Log, StringComparison.Ordinal);
    }
}

using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Init;
using OpenInteractions.Sandboxes.Egress.Secrets;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>What an environment can use up, and what is written down.</summary>
public sealed class EgressBudgetTests
{
    private const string Get = "GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n";

    [Fact]
    public async Task One_connection_too_many_is_told_so_and_the_place_comes_back()
    {
        await using var rig = new EgressRig(null, new EgressOptions { MaxConnections = 1 });
        using (var first = await rig.ConnectAsync())
        {
            Assert.Contains("1 connections already", await rig.AskAsync(Get), StringComparison.Ordinal);
            first.EndSending();
            await first.CutAsync();
        }

        Assert.StartsWith("HTTP/1.1 200", await rig.AskAsync(Get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_are_counted_until_none_are_left()
    {
        await using var rig = new EgressRig(null, new EgressOptions { MaxBytes = 5000 }) { Answer = (_, s) => EgressRig.Write(s, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + new string('a', 100_000)) };

        var answer = await rig.AskAsync(Get);

        Assert.True(answer.Length < 5000);
        Assert.Contains("all its bytes", await rig.AskAsync(Get), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_that_drips_in_is_not_waited_for()
    {
        var time = new ManualTime();
        await using var rig = new EgressRig(null, null, time);
        using var inside = await rig.ConnectAsync();
        await inside.SendAsync("G");
        await time.TimerAsync(rig.Options.HeadTimeout, "the head");

        time.Advance(rig.Options.HeadTimeout / 2);
        await inside.SendAsync("E");
        time.Advance(rig.Options.HeadTimeout / 2);

        await inside.CutAsync();
        Assert.Equal((EgressDecision.Refused, 408), (Assert.Single(rig.Records).Decision, rig.Records.Single().Status));
    }

    [Fact]
    public void Bytes_renew_the_wait_for_a_sign_of_life_and_not_the_wait_for_a_step()
    {
        var time = new ManualTime();
        using var idle = new OpenInteractions.Sandboxes.Egress.Patience(TimeSpan.FromSeconds(30), time, CancellationToken.None);
        using var step = new OpenInteractions.Sandboxes.Egress.Patience(TimeSpan.FromSeconds(30), time, CancellationToken.None);
        step.AtMost(TimeSpan.FromSeconds(20));

        time.Advance(TimeSpan.FromSeconds(15));
        idle.OnBytes();
        step.OnBytes();
        time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal((false, true), (idle.IsOver, step.IsOver));
    }

    [Fact]
    public async Task A_silent_connection_and_a_silent_server_are_left()
    {
        var time = new ManualTime();
        var waits = new TaskCompletionSource();
        await using var rig = new EgressRig(null, null, time) { Answer = (_, _) => waits.Task };
        using var silent = await rig.ConnectAsync();
        using var asking = await rig.ConnectAsync();
        await asking.SendAsync(Get);
        await rig.RequestAsync();

        time.Advance(rig.Options.IdleTimeout);

        await silent.CutAsync();
        await asking.CutAsync();
        waits.SetResult();
        Assert.Equal("cut", Assert.Single(rig.Records).Reason);
    }

    [Fact]
    public async Task A_record_never_has_queries_headers_or_secrets()
    {
        await using var rig = new EgressRig(Rules([], Entry("api.example.com", ("X-Key", "added-secret")) with { Credential = "token" }), new EgressOptions { PlainSecrets = true });
        rig.Secrets["token"] = new HeaderSecret("Authorization", "Bearer", "s3cret-token");

        await rig.AskAsync("GET http://api.example.com/path?query=private HTTP/1.1\r\nHost: api.example.com\r\nCookie: cookie-value\r\n\r\n");

        var record = Assert.Single(rig.Records);
        Assert.Equal(("GET", "/path", "api.example.com"), (record.Method, record.Path, record.Rule));
        Assert.All(["private", "added-secret", "s3cret-token", "cookie-value"], s => Assert.DoesNotContain(s, record.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", rig.Secrets["token"].ToString(), StringComparison.Ordinal);
    }
}

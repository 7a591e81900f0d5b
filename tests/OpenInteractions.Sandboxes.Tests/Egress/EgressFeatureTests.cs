using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Tests.Doors;
using static OpenInteractions.Sandboxes.Tests.Egress.EgressPolicyTests;

namespace OpenInteractions.Sandboxes.Tests.Egress;

/// <summary>The ways out as a server registers them.</summary>
public sealed class EgressFeatureTests
{
    [Fact]
    public async Task A_server_that_adds_them_opens_networks_by_its_settings()
    {
        await using var services = Services(("Ceiling", "allowlist"), ("Allowlist:0", "*.example.com"));

        await using var network = services.GetRequiredService<ISandboxNetworks>().Open(DoorScene.Spec(null, "env", ("KEY", "c1")));

        Assert.Equal("__GEMINI_CRED_c1__", network.Variables["KEY"]);
        Assert.StartsWith("-----BEGIN CERTIFICATE-----", network.Authority, StringComparison.Ordinal);
        Assert.Equal(EgressCeiling.Allowlist, services.GetRequiredService<IOptions<EgressOptions>>().Value.Ceiling);
    }

    [Theory]
    [InlineData("MaxConnections", "0")]
    [InlineData("MaxBytes", "0")]
    [InlineData("IdleTimeout", "00:00:00")]
    [InlineData("Allowlist:0", "http://example.com")]
    [InlineData("Ports:0", "example.com")]
    [InlineData("Ceiling", "everything")]
    public void A_setting_that_is_wrong_is_told_by_its_name(string setting, string value)
    {
        using var services = Services((setting, value));

        var wrong = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<EgressOptions>>().Value);

        Assert.Contains(wrong.Failures, f => f.StartsWith($"{EgressOptions.Section}:{setting}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a__b")]
    [InlineData("a b")]
    [InlineData("")]
    public async Task A_credential_that_no_placeholder_can_hold_is_told_with_its_place(string id)
    {
        await using var rig = new EgressRig();

        var e = Assert.Throws<ApiException>(() => rig.Networks.Open(DoorScene.Spec(null, "env", ("KEY", id))));

        Assert.Equal((ErrorCode.InvalidRequest, "environment.env.KEY.credential"), (e.Code, e.Field));
    }

    [Fact]
    public async Task Other_rules_that_are_wrong_leave_the_old_ones()
    {
        await using var rig = new EgressRig();
        await using var network = rig.Networks.Open(DoorScene.Spec(Rules(["api.example.com"]), "env", ("KEY", "a")));

        Assert.Throws<ApiException>(() => network.Replace(DoorScene.Spec(Rules(["http://x"]), "env", ("OTHER", "b"))));

        Assert.Equal(["KEY"], network.Variables.Keys);
        Assert.Empty(rig.Log.Lines);
    }

    [Fact]
    public void Of_too_many_lines_in_a_second_some_are_counted_only_and_what_is_blocked_is_always_written()
    {
        var (time, log) = (new ManualTime(), new ListLog());
        using var instruments = new EgressInstruments();
        var audit = new EgressAudit("p", "e", time, instruments, log);
        for (var i = 0; i < EgressAudit.MaxPerSecond + 50; i++)
        {
            audit.Record(Record(time, EgressDecision.Refused));
        }

        audit.Record(Record(time, EgressDecision.BlockedPlaceholder));
        Assert.Equal(EgressAudit.MaxPerSecond + 1, log.Lines.Count);
        time.Advance(TimeSpan.FromSeconds(1));
        audit.Record(Record(time, EgressDecision.Allowed));

        Assert.Contains(log.Lines, l => l.StartsWith("4105 50 ", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_stranger_says_is_a_short_part_of_one_line()
    {
        var (time, log) = (new ManualTime(), new ListLog());
        using var instruments = new EgressInstruments();

        new EgressAudit("p", "e", time, instruments, log).Record(Record(time, EgressDecision.Refused) with { Host = "a\nb" + new string('x', 5000), Path = "/" + new string('y', 5000), Reason = "\u2028" });

        var line = Assert.Single(log.Lines);
        Assert.True(line.Length < 1000 && !line.Contains('\n', StringComparison.Ordinal) && !line.Contains('\u2028', StringComparison.Ordinal), line);
    }

    private static EgressRecord Record(TimeProvider time, EgressDecision decision) => new() { Time = time.GetUtcNow(), Decision = decision, Host = "h", Port = 80, Status = 403, Reason = "r" };

    private static ServiceProvider Services(params (string Setting, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"{EgressOptions.Section}:{s.Setting}", (string?)s.Value))).Build());
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddOutboundGuard();
        return services.AddSandboxNetworks().BuildServiceProvider();
    }
}

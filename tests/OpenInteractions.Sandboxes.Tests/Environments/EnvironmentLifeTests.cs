using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Sandboxes.Tests.Engine;
using OpenInteractions.Sandboxes.Tests.Init;
using static OpenInteractions.Sandboxes.Tests.Environments.EnvironmentRig;

namespace OpenInteractions.Sandboxes.Tests.Environments;

/// <summary>Environments from their first use to their end, on this machine.</summary>
public sealed class EnvironmentLifeTests
{
    [RootFact]
    [Rule("EN-10")]
    public async Task Files_outlast_the_idle_sandbox_and_the_environment_expires_after_its_last_use()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        Assert.Equal(EnvironmentState.Pending, made.State);
        Assert.Equal("", await rig.RunAsync(made.Id, "echo kept >/workspace/file; setsid -f sleep 1000"));
        Assert.Equal(1, rig.Environments.Live);

        rig.Time.Advance(TimeSpan.FromMinutes(14));
        await rig.Keeper.SweepAsync(Within.Time);
        Assert.Equal(1, rig.Environments.Live);
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.Keeper.SweepAsync(Within.Time);
        Assert.Equal(0, rig.Environments.Live);
        Assert.Equal(1, (await rig.RowAsync(made.Id)).Generation);

        Assert.Equal("kept\n0\n", await rig.RunAsync(made.Id, "cat /workspace/file; pgrep -c sleep"));
        rig.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"))).Code);
        await rig.Keeper.SweepAsync(Within.Time);
        Assert.Empty(rig.Store.All);
        Assert.Empty(Directory.GetFiles(rig.Disks));
    }

    [RootFact]
    public async Task The_sandbox_of_a_use_is_one_and_the_same_and_what_it_wrote_is_counted()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await using (var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time))
        {
            var sandbox = await use.SandboxAsync(Within.Time);
            Assert.Same(sandbox, await use.SandboxAsync(Within.Time));
            await EnvironmentRig.RunAsync(sandbox, "printf 12345 >/workspace/a; mkdir /workspace/d; printf 67 >/workspace/d/b");
        }

        var row = await rig.RowAsync(made.Id);
        Assert.Equal((EnvironmentState.Ready, 2L, 7L), (row.State, row.FileCount, row.SizeBytes));
    }

    [RootFact]
    public async Task A_sandbox_that_ends_by_itself_is_followed_by_another_one_with_the_files()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await using var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var first = await use.SandboxAsync(Within.Time);
        await EnvironmentRig.RunAsync(first, "echo kept >/workspace/file");

        await first.DisposeAsync();

        Assert.Equal("kept\n", await EnvironmentRig.RunAsync(await use.SandboxAsync(Within.Time), "cat /workspace/file"));
    }

    [RootFact]
    [Rule("EN-13")]
    public async Task Uses_of_one_environment_follow_each_other_and_who_waits_too_long_is_told()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        var first = await rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var second = rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var late = rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        Assert.False(second.IsCompleted);

        await first.DisposeAsync();
        await using (await second.OrTimeout("the second use"))
        {
            Assert.False(late.IsCompleted);
            rig.Time.Advance(rig.Options.UseWait);
            Assert.Equal(ErrorCode.Aborted, (await Assert.ThrowsAsync<ApiException>(() => late)).Code);
        }
    }

    [RootFact]
    public async Task Files_may_be_visited_while_an_interaction_uses_the_environment()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await using var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var sandbox = await use.SandboxAsync(Within.Time);

        await using var visit = await rig.Environments.VisitAsync(Project, made.Id, Within.Time);

        Assert.Same(sandbox, await visit.SandboxAsync(Within.Time));
    }

    [RootFact]
    public async Task One_that_is_in_use_neither_stops_nor_expires()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await using var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var sandbox = await use.SandboxAsync(Within.Time);

        rig.Time.Advance(TimeSpan.FromDays(8));
        await rig.Keeper.SweepAsync(Within.Time);

        Assert.False(sandbox.Ended.IsCompleted);
        Assert.Equal(made.Id, (await rig.Environments.RequireAsync(Project, made.Id, "id", Within.Time)).Id);
    }

    [RootFact]
    public async Task While_one_lives_another_sandbox_waits_for_the_next_new_one()
    {
        await using var rig = new EnvironmentRig(o => o.WarmStart = true);
        var (a, b, c) = (await rig.CreateAsync(), await rig.CreateAsync(), await rig.CreateAsync());
        await rig.RunAsync(a.Id, "true");
        var groups = rig.Engine.Inner.Groups;
        Assert.True(await CrashTests.UntilAsync(() => groups.Ids().Count == 2), "None waits.");
        var waiting = groups.Ids().Single(id => id != a.Id);
        var made = await rig.CreateAsync();
        Assert.Equal((3, "agent\n"), (made.Slot, await rig.RunAsync(made.Id, "echo kept >file; whoami"))); // b and c have their slots already
        Assert.DoesNotContain(made.Id, groups.Ids());
        Assert.Contains(waiting, groups.Ids());
        Assert.Equal("", await rig.RunAsync(b.Id, "true")); // not the one that was expected
        Assert.Contains(b.Id, groups.Ids());

        rig.Time.Advance(rig.Options.IdleTime);
        await rig.Keeper.SweepAsync(Within.Time);

        Assert.Empty(groups.Ids());
        Assert.Equal([a.Id, b.Id, made.Id], rig.Engine.Disks().Order());
        Assert.Equal("kept\n", await rig.RunAsync(made.Id, "cat file"));
        Assert.Equal(EnvironmentState.Pending, (await rig.RowAsync(c.Id)).State);
    }

    [RootFact]
    public async Task Beyond_the_most_that_may_live_the_one_used_longest_ago_makes_way_and_none_in_use_does()
    {
        await using var rig = new EnvironmentRig(o => o.MaxLive = 2);
        var (a, b, c) = (await rig.CreateAsync(), await rig.CreateAsync(), await rig.CreateAsync());
        await rig.RunAsync(a.Id, "echo a >/workspace/file");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.RunAsync(b.Id, "true");
        await using var useC = await rig.Environments.EnterAsync(Project, c.Id, Within.Time);
        await useC.SandboxAsync(Within.Time);
        Assert.Equal(2, rig.Environments.Live);
        Assert.Equal((1L, 0L), ((await rig.RowAsync(a.Id)).Generation, (await rig.RowAsync(b.Id)).Generation));

        var useB = await rig.Environments.EnterAsync(Project, b.Id, Within.Time);
        await useB.SandboxAsync(Within.Time);
        await using var useA = await rig.Environments.EnterAsync(Project, a.Id, Within.Time);
        var waiting = useA.SandboxAsync(Within.Time);
        Assert.False(waiting.IsCompleted);
        await useB.DisposeAsync();

        Assert.Equal("a\n", await EnvironmentRig.RunAsync(await waiting.OrTimeout("a place"), "cat /workspace/file"));
        Assert.Equal(2, rig.Environments.Live);
    }

    [RootFact]
    public async Task When_all_that_may_live_are_in_use_a_start_is_refused_for_now()
    {
        await using var rig = new EnvironmentRig(o => (o.MaxLive, o.StartWait) = (1, TimeSpan.Zero));
        var (a, b) = (await rig.CreateAsync(), await rig.CreateAsync());
        await using var use = await rig.Environments.EnterAsync(Project, a.Id, Within.Time);
        await use.SandboxAsync(Within.Time);

        Assert.Equal(ErrorCode.ServiceUnavailable, (await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(b.Id, "true"))).Code);
    }

    [RootFact]
    public async Task A_deleted_environment_is_gone_with_what_ran_in_it_also_in_the_middle_of_a_use()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await using var use = await rig.Environments.EnterAsync(Project, made.Id, Within.Time);
        var sandbox = await use.SandboxAsync(Within.Time);

        await rig.Environments.DeleteAsync(Project, made.Id, Within.Time);

        Assert.True(sandbox.Ended.IsCompleted);
        Assert.Empty(rig.Store.All);
        Assert.Empty(Directory.GetFiles(rig.Disks));
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => use.SandboxAsync(Within.Time))).Code);
        Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.Environments.DeleteAsync(Project, made.Id, Within.Time))).Code);
    }

    [RootFact]
    [Rule("EN-2")]
    public async Task Another_project_and_another_spelling_find_nothing()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();

        foreach (var (project, id) in new[] { ("q", made.Id), (Project, "environments/" + made.Id), (Project, made.Id.ToUpperInvariant()), (Project, "") })
        {
            Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.Environments.RequireAsync(project, id, "id", Within.Time))).Code);
            Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<ApiException>(() => rig.Environments.EnterAsync(project, id, Within.Time))).Code);
        }
    }

    [RootFact]
    public async Task The_code_of_a_conversation_has_one_environment_which_is_not_listed_and_ends_early()
    {
        await using var rig = new EnvironmentRig();
        var made = await Task.WhenAll(rig.Environments.OfChainAsync(Project, "int_1", Within.Time), rig.Environments.OfChainAsync(Project, "int_1", Within.Time));
        await rig.RunAsync(made[0].Id, "true");

        Assert.Equal(made[0].Id, made[1].Id);
        Assert.NotEqual(made[0].Id, (await rig.Environments.OfChainAsync(Project, "int_2", Within.Time)).Id);
        Assert.Empty(await rig.Environments.ListAsync(Project, null, 10, Within.Time));
        rig.Time.Advance(rig.Options.CodeKeepTime);
        await rig.Keeper.SweepAsync(Within.Time);
        Assert.Empty(rig.Store.All);
    }

    [RootFact]
    public async Task After_a_restart_rows_and_disks_are_brought_together()
    {
        await using var rig = new EnvironmentRig();
        var (kept, lost, cut) = (await rig.CreateAsync(), await rig.CreateAsync(), await rig.CreateAsync());
        await rig.RunAsync(kept.Id, "echo kept >/workspace/file");
        await rig.RunAsync(lost.Id, "true");
        await rig.RunAsync(cut.Id, "true");
        await rig.Engine.CreateDiskAsync("nobodys", 77, 64 << 20, Within.Time);
        await rig.Environments.Local.Live.StopAllAsync();
        await rig.Engine.DeleteDiskAsync(lost.Id, Within.Time);
        await rig.Store.DeleteAsync(Project, cut.Id, rig.Time.GetUtcNow(), Within.Time); // and no further

        await rig.RestartAsync();
        await rig.Keeper.SweepAsync(Within.Time);

        Assert.Equal([kept.Id], rig.Engine.Disks());
        Assert.Equal([kept.Id, lost.Id], rig.Store.All.Select(r => r.Id));
        Assert.Equal("kept\n", await rig.RunAsync(kept.Id, "cat /workspace/file"));
        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(lost.Id, "true"));
        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("disk", refused.Message, StringComparison.Ordinal);
    }

    [RootFact]
    public async Task A_disk_that_is_older_than_what_is_known_of_it_is_not_used_in_silence()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "true");
        await rig.Environments.Local.Live.StopAllAsync();

        await rig.Engine.SetGenerationAsync(made.Id, 0, Within.Time); // as from a backup

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));
        Assert.Contains("older", refused.Message, StringComparison.Ordinal);
        Assert.Equal(EnvironmentState.Failed, (await rig.RowAsync(made.Id)).State);
    }

    [RootFact]
    public async Task On_a_file_system_that_is_nearly_full_nothing_new_begins_and_what_there_is_goes_on()
    {
        await using var rig = new EnvironmentRig();
        var made = await rig.CreateAsync();
        await rig.RunAsync(made.Id, "true");
        rig.Engine.Used = 90;

        Assert.Equal(ErrorCode.ServiceUnavailable, (await Assert.ThrowsAsync<ApiException>(() => rig.CreateAsync())).Code);
        Assert.Equal("on\n", await rig.RunAsync(made.Id, "echo on"));
    }

    [RootFact]
    public async Task Where_walls_do_not_hold_the_caller_learns_which()
    {
        await using var rig = new EnvironmentRig();
        rig.Engine.Report = new PreflightReport("bubblewrap", [new PreflightCheck("memory", PreflightState.Missing, "seen", "do this")]);
        var made = await rig.CreateAsync();

        var refused = await Assert.ThrowsAsync<ApiException>(() => rig.RunAsync(made.Id, "true"));

        Assert.Equal(ErrorCode.FailedPrecondition, refused.Code);
        Assert.Contains("memory", refused.Message, StringComparison.Ordinal);
        Assert.Contains("memory", await rig.Environments.UnavailableAsync(Within.Time), StringComparison.Ordinal);
    }
}

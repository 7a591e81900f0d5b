using System.Text;

namespace OpenInteractions.Sandboxes.Tests.Init;

/// <summary>Commands, as the init runs them.</summary>
public sealed class InitCommandTests
{
    [Fact]
    public async Task A_command_says_what_it_wrote_and_how_it_ended()
    {
        await using var init = new PlainInit();

        var finished = await init.ShellAsync("echo out; echo err >&2; exit 7");

        Assert.Equal(("out\n", "err\n", 7, 0, false), (finished.Output, finished.Error, finished.Result.ExitCode, finished.Result.Signal, finished.Result.TimedOut));
    }

    [Fact]
    public async Task A_command_gets_its_directory_and_variables_and_no_others()
    {
        await using var init = new PlainInit();

        var finished = await init.RunAsync(new CommandSpec { Arguments = ["env"], Directory = "/usr", Environment = new Dictionary<string, string> { ["GREETING"] = "hé llo" } });
        var where = await init.RunAsync(new CommandSpec { Arguments = ["pwd"], Directory = "/usr" });

        Assert.Equal(["GREETING=hé llo", $"HOME={init.Home.FullName}", "PATH=/usr/bin:/bin"], finished.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        Assert.Equal("/usr\n", where.Output);
    }

    [Fact]
    public async Task Input_arrives_whole_however_much_it_is()
    {
        await using var init = new PlainInit();
        var command = await init.StartAsync(new CommandSpec { Arguments = ["sha256sum"], HasInput = true });
        var data = new byte[5_000_000];
        new Random(1).NextBytes(data);

        await command.WriteInputAsync(data, Within.Time);
        await command.EndInputAsync(Within.Time);

        Assert.StartsWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data)), (await Finished.OfAsync(command)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_read_holds_up_its_writer_and_nobody_else()
    {
        await using var init = new PlainInit();
        var command = await init.StartAsync(new CommandSpec { Arguments = ["sleep", "1000"], HasInput = true });

        var writing = command.WriteInputAsync(new byte[4_000_000], Within.Time);
        var other = await init.ShellAsync("echo there");

        Assert.Equal("there\n", other.Output);
        Assert.False(writing.IsCompleted);
        await command.SignalAsync(9, Within.Time);
        await writing;
        Assert.Equal(9, (await command.Result).Signal);
    }

    [Fact]
    public async Task Output_that_nobody_reads_waits_and_is_whole_when_somebody_does()
    {
        await using var init = new PlainInit();
        var command = await init.StartAsync("head", "-c", "3000000", "/dev/zero");

        var other = await init.ShellAsync("echo there");
        Assert.Equal("there\n", other.Output);
        Assert.False(command.Result.IsCompleted);

        Assert.Equal(3_000_000, (await Finished.OfAsync(command)).Output.Length);
    }

    [Fact]
    public async Task Output_beyond_the_limit_is_counted_and_dropped()
    {
        await using var init = new PlainInit();

        var finished = await init.RunAsync(new CommandSpec { Arguments = ["bash", "-c", "head -c 1000000 /dev/zero; head -c 5 /dev/zero >&2"], OutputLimit = 100_000 });

        Assert.Equal((100_000, 900_000, 5, 0), (finished.Output.Length, finished.Result.OutputDropped, finished.Error.Length, finished.Result.ErrorDropped));
    }

    [Fact]
    public async Task A_command_in_the_background_needs_no_reader_and_its_last_output_is_kept()
    {
        await using var init = new PlainInit();
        var command = await init.StartAsync(new CommandSpec { Arguments = ["bash", "-c", "head -c 2000000 /dev/zero; echo end"], KeepLast = 100_000 });

        await command.Result.WaitAsync(Within.Time);

        var finished = await Finished.OfAsync(command);
        Assert.InRange(finished.Output.Length, 4, 100_000);
        Assert.EndsWith("end\n", finished.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_time_that_is_over_takes_the_whole_session()
    {
        await using var init = new PlainInit();

        var finished = await init.RunAsync(new CommandSpec { Arguments = ["bash", "-c", "trap '' TERM INT; (trap '' TERM; sleep 1001) & echo $! $$; wait; sleep 1001"], Timeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal((true, 9), (finished.Result.TimedOut, finished.Result.Signal));
        foreach (var pid in finished.Output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(await Gone(pid), $"Process {pid} of the command is still there.");
        }
    }

    [Fact]
    public async Task A_command_that_leaves_a_daemon_with_its_output_ends_all_the_same()
    {
        await using var init = new PlainInit();

        var finished = await init.ShellAsync("setsid sh -c 'sleep 1002; echo late' & echo early");

        Assert.Equal("early\n", finished.Output);
        await init.ShellAsync("pkill -f '^sleep 1002$'");
    }

    [Fact]
    public async Task Orphans_are_reaped()
    {
        await using var init = new PlainInit();

        var finished = await init.ShellAsync("orphan=$(setsid -f sh -c 'echo $$'); echo $orphan");
        await init.ShellAsync("true");

        Assert.Matches("^[0-9]+\n$", finished.Output);
        Assert.True(await Gone(finished.Output.Trim()), "An orphan is still there, dead or alive.");
    }

    [Fact]
    public async Task A_signal_reaches_the_command()
    {
        await using var init = new PlainInit();
        var command = await init.StartAsync("bash", "-c", "trap 'echo got; exit 3' USR1; echo ready; while :; do read -t 1 <> <(:); done");
        await using (var output = command.ReadOutputAsync(Within.Time).GetAsyncEnumerator())
        {
            Assert.True(await output.MoveNextAsync());
        }

        await command.SignalAsync(10, Within.Time);

        Assert.Equal(3, (await command.Result.WaitAsync(Within.Time)).ExitCode);
    }

    [Theory]
    [InlineData("/nowhere/program", null, 2)]
    [InlineData("no-such-program", null, 2)]
    [InlineData("/etc/passwd", null, 13)]
    [InlineData("true", "/nowhere", 2)]
    [InlineData("true", "/etc/passwd", 20)]
    public async Task What_cannot_be_started_says_why(string program, string? directory, int errno)
    {
        await using var init = new PlainInit();

        var failure = await Assert.ThrowsAsync<SandboxException>(() => init.StartAsync(new CommandSpec { Arguments = [program], Directory = directory }));

        Assert.Equal((SandboxErrorKind.File, errno), (failure.Kind, failure.Errno));
    }

    [Fact]
    public async Task Commands_have_no_file_of_the_init_and_default_signals_and_are_the_first_to_go()
    {
        await using var init = new PlainInit();

        var finished = await init.ShellAsync("ls /proc/self/fd | wc -l; grep -E 'Sig(Blk|Ign)' /proc/self/status; cat /proc/self/oom_score_adj; echo $$; ps -o sid= -p $$ | tr -d ' '");

        var lines = finished.Output.Split('\n');
        Assert.Equal("4", lines[0]); // three, and the directory that ls reads
        Assert.All(lines[1..3], l => Assert.EndsWith("0000000000000000", l, StringComparison.Ordinal));
        Assert.Equal("1000", lines[3]);
        Assert.Equal(lines[4], lines[5]);
    }

    [Fact]
    public async Task A_session_carries_its_directory_and_exported_variables_on()
    {
        await using var init = new PlainInit();

        await Session("cd /usr/share; export FRUIT='a \"b\" $c'; export GONE=1; local_only=1");
        await Session("unset GONE");
        var finished = await Session("pwd; echo \"$FRUIT|${GONE-unset}|${local_only-unset}|$#\"");
        var other = await init.RunAsync(new CommandSpec { Arguments = ["echo ${FRUIT-unset}"], Session = "other" });

        Assert.Equal("/usr/share\na \"b\" $c|unset|unset|0\n", finished.Output);
        Assert.Equal("unset\n", other.Output);

        Task<Finished> Session(string line) => init.RunAsync(new CommandSpec { Arguments = [line], Session = "one" });
    }

    [Fact]
    public async Task A_session_survives_exit_and_syntax_errors_and_a_killed_command()
    {
        await using var init = new PlainInit();

        Assert.Equal(5, (await Session("cd /usr; exit 5")).Result.ExitCode);
        Assert.NotEqual(0, (await Session("cd /; if")).Result.ExitCode);
        Assert.True((await Session("cd /; sleep 1003", TimeSpan.FromMilliseconds(200))).Result.TimedOut);

        Assert.Equal("/usr\n", (await Session("pwd")).Output);

        Task<Finished> Session(string line, TimeSpan? timeout = null) => init.RunAsync(new CommandSpec { Arguments = [line], Session = "one", Timeout = timeout });
    }

    [Fact]
    public async Task A_variable_of_the_request_wins_over_the_one_of_the_session()
    {
        await using var init = new PlainInit();

        await init.RunAsync(new CommandSpec { Arguments = ["export KEY=old"], Session = "one" });
        var finished = await init.RunAsync(new CommandSpec { Arguments = ["echo $KEY"], Session = "one", Environment = new Dictionary<string, string> { ["KEY"] = "new" } });

        Assert.Equal("new\n", finished.Output);
    }

    [Fact]
    public async Task The_init_ends_with_its_input()
    {
        await using var init = new PlainInit();
        await init.ShellAsync("true");

        init.Connection.CloseOutput();

        await init.Process.WaitForExitAsync(Within.Time);
        Assert.Equal(0, init.Process.ExitCode);
    }

    [Fact]
    public async Task The_init_ignores_every_signal_that_can_be_ignored()
    {
        await using var init = new PlainInit();
        await init.ShellAsync("true");

        for (var signal = 1; signal < 32; signal++)
        {
            if (signal is not (9 or 17 or 18 or 19))
            {
                await init.ShellAsync($"kill -{signal} {init.Process.Id}");
            }
        }

        Assert.Equal("alive\n", (await init.ShellAsync("echo alive")).Output);
    }

    [Fact]
    public async Task A_server_that_breaks_the_protocol_is_not_listened_to()
    {
        await using var init = new PlainInit();
        await init.ShellAsync("true");

        await init.Connection.SendAsync((OpenInteractions.Sandboxes.Frames.FrameType)99, 4, 0, Encoding.UTF8.GetBytes("?"), Within.Time);

        await init.Process.WaitForExitAsync(Within.Time);
        Assert.Equal(2, init.Process.ExitCode);
    }

    [Fact]
    public async Task Two_hundred_commands_at_once_all_end()
    {
        await using var init = new PlainInit();

        var commands = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => init.RunAsync(new CommandSpec { Arguments = ["echo", $"{i}"] })));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}\n"), commands.Select(c => c.Output));
    }

    private static async Task<bool> Gone(string pid)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (Directory.Exists($"/proc/{pid}") && !timeout.IsCancellationRequested)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        return !timeout.IsCancellationRequested;
    }
}

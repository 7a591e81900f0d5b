using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Tests.Policy;

/// <summary>The command line of a start, as data.</summary>
public sealed class LaunchCommandTests
{
    private const string Nasty = "/dir/'$(touch x)'; \"`id`\"\n-rf";

    [Fact]
    public void Paths_reach_scripts_as_whole_arguments_and_never_as_text()
    {
        foreach (var (privileged, doors) in ((bool, bool)[])[(true, false), (true, true), (false, false), (false, true)])
        {
            var plan = Plan(privileged) with { Stage = Nasty, Disk = Nasty, Root = Nasty, Filter = Nasty, ControlGroups = [Nasty], Runtime = Nasty, HasDoors = doors };
            var command = LaunchCommand.For(plan);

            var scripts = command.Index().Where(a => a.Item == "-c").Select(a => command[a.Index + 1]).ToList();
            Assert.Equal(doors && !privileged ? 2 : 1, scripts.Count);
            Assert.All(scripts, s => Assert.DoesNotContain("touch", s, StringComparison.Ordinal));
            Assert.Contains(Nasty, command);
            Assert.Equal(command, LaunchCommand.For(plan));
        }
    }

    [Fact]
    public void With_doors_the_network_namespace_is_there_before_bwrap_and_without_them_bwrap_makes_one()
    {
        Assert.All((bool[])[true, false], privileged => Assert.Contains("--unshare-net", LaunchCommand.For(Plan(privileged))));
        Assert.All((bool[])[true, false], privileged => Assert.DoesNotContain("--unshare-net", LaunchCommand.For(Plan(privileged) with { HasDoors = true })));
        var command = LaunchCommand.For(Plan(privileged: false) with { HasDoors = true });
        Assert.Equal(["--user", "--map-root-user", "--net", "--"], command.SkipWhile(a => a != "unshare").Skip(1).Take(4));
        Assert.True(IndexOf(command, "unshare") < IndexOf(command, "bwrap"));
    }

    [Fact]
    public void As_root_there_is_no_user_namespace_and_the_uid_and_all_sets_are_dropped_at_the_end()
    {
        var command = LaunchCommand.For(Plan(privileged: true));

        Assert.DoesNotContain("--unshare-user", command);
        Assert.Equal(["--reuid", "200007", "--regid", "200007", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--", "/opt/oi/dotnet/dotnet", "/opt/oi/init/oi-sandbox-init.dll"],
            command.SkipWhile(a => a != "setpriv").Skip(1));
        Assert.True(IndexOf(command, "oi-sandbox-join") < IndexOf(command, "bwrap") && IndexOf(command, "bwrap") < IndexOf(command, "setpriv"));
    }

    [Fact]
    public void Without_root_there_is_a_user_namespace_and_no_further_one()
    {
        var command = LaunchCommand.For(Plan(privileged: false));

        Assert.Superset(new HashSet<string> { "--unshare-user", "--disable-userns", "--remount-ro" }, command.ToHashSet());
        Assert.DoesNotContain("setpriv", command);
        Assert.DoesNotContain("--cap-add", command);
    }

    [Fact]
    public void Both_have_every_wall()
    {
        foreach (var privileged in (bool[])[true, false])
        {
            var command = LaunchCommand.For(Plan(privileged));

            Assert.Superset(new HashSet<string> { "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--new-session", "--as-pid-1", "--clearenv", "--seccomp", "--cap-drop" }, command.ToHashSet());
            Assert.Equal(["512", "4096"], ((string[])["OI_PROCESSES", "OI_OPEN_FILES"]).Select(limit => command[IndexOf(command, limit) + 1]));
            Assert.Equal(["/cg/memory/tasks", "/cg/pids/tasks", "--"], command.SkipWhile(a => a != "oi-sandbox-join").Skip(1).Take(3));
            Assert.Equal(2, command.Count(a => a == "268435456")); // /dev/shm and /tmp
            Assert.Equal("/proc/kallsyms", command[IndexOf(command, "/dev/null") + 1]);
        }
    }

    [Fact]
    public void The_uid_has_a_limit_of_processes_only_where_nothing_else_counts_them()
    {
        foreach (var privileged in (bool[])[true, false])
        {
            Assert.Contains("OI_PROCESSES", LaunchCommand.For(Plan(privileged)));
            Assert.DoesNotContain("OI_PROCESSES", LaunchCommand.For(Plan(privileged) with { CountsProcesses = true }));
        }
    }

    private static int IndexOf(IReadOnlyList<string> command, string argument) => command.Index().First(a => a.Item == argument).Index;

    private static LaunchPlan Plan(bool privileged) => new()
    {
        Privileged = privileged, Uid = 200_007, Limits = new SandboxLimits(), Stage = "/s", Disk = "/d.img", Base = "/b", Root = "/r", Shown = [("/usr", "/usr")], Runtime = "/dotnet", Filter = "/f",
        ControlGroups = ["/cg/memory/tasks", "/cg/pids/tasks"], Masked = ["/proc/kallsyms"],
    };
}

using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Text;
using OpenInteractions.Sandboxes.Policy;
using OpenInteractions.Sandboxes.Tests.Init;

namespace OpenInteractions.Sandboxes.Tests.Attacks;

/// <summary>One attempt. After it the host looks at itself: see <see cref="Scene.CheckHostAsync"/>.</summary>
internal sealed record Attack(string Name, Func<Scene, Task> Try, bool NeedsFresh = false);

/// <summary>What somebody inside would try.</summary>
internal static class AttackList
{
    public static IReadOnlyList<Attack> All { get; } = [.. Files(), .. Calls(), .. OnTheInit(), .. Network(), .. Exhaustion(), .. Operations(), .. TimeBombs()];

    private static IEnumerable<Attack> Files() =>
    [
        Script("files of the host by their paths", s => $"cat {s.Canary}; ls {Path.GetDirectoryName(s.Canary)} && echo ESCAPED; cat /root/.bashrc /etc/shadow /home/*/.ssh/* && echo ESCAPED"),
        Script("files of the host through the root of the init", s => $"cat /proc/1/root{s.Canary} && echo ESCAPED; ls /proc/1/root/ && echo ESCAPED"),
        Script("files of the host through directories above the root", s => $"cat /../../../../..{s.Canary}; cd /proc/self/cwd/../../../..; cat .{s.Canary}"),
        Script("writing the host's programs", _ => "for f in /usr/bin/true /usr/bin/oi-new /bin/sh /opt/oi/init/oi-sandbox-init.dll /opt/oi/dotnet/dotnet; do (echo x >>$f) && echo ESCAPED; rm -f $f 2>/dev/null && [ ! -e $f ] && [ $f != /usr/bin/oi-new ] && echo ESCAPED; done"),
        Script("writing settings", _ => "for f in /etc/passwd /etc/ld.so.preload /etc/resolv.conf; do (echo x >>$f) && echo ESCAPED; done"),
        Script("writing the kernel's settings", _ => "for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/vm/drop_caches /proc/sysrq-trigger /proc/sys/net/ipv4/ip_forward; do (echo x >$f) && echo ESCAPED; done"),
        Script("what tells about the host", _ => "for f in /proc/cmdline /proc/kallsyms /proc/kcore /proc/keys /proc/kmsg /proc/timer_list /proc/iomem /proc/modules /dev/kmsg /dev/mem; do [ $(timeout 5 head -c 1 $f | wc -c) = 0 ] || echo ESCAPED; done; dmesg | head -1 | grep . && echo ESCAPED; ls /sys/* && echo ESCAPED"),
        new Attack("paths of the host in the list of mounts", async s =>
        {
            var seen = (await s.RunAsync("cat /proc/self/mountinfo /proc/1/mountinfo; echo done")).Output;
            Assert.Contains("done", seen, StringComparison.Ordinal);
            if (OpenInteractions.Sandboxes.Linux.Native.IsRoot)
            {
                Assert.DoesNotContain(s.Engine.Directory.Root, seen, StringComparison.Ordinal);
            }
        }),
        Script("device nodes", _ => $"mknod /workspace/sda b 8 0 && echo ESCAPED; mknod /tmp/mem c 1 1 && echo ESCAPED; {Perl("mknodat", "-100, \"/workspace/dev\\0\", 0x61B6, 0x700")}; cat /dev/loop0 /dev/vda /dev/sda && echo ESCAPED"),
        Script("a set-user-id file", _ => "cp /usr/bin/id /workspace/id; chmod 6755 /workspace/id; /workspace/id -u | grep -x 0 && echo ESCAPED; [ $(/workspace/id -u) = $(id -u) ] || echo ESCAPED; su -c id root </dev/null && echo ESCAPED; sudo -n id && echo ESCAPED; mount --version >/dev/null; find / -xdev -perm -4000 -exec {} --help \\; >/dev/null"),
        Script("file capabilities", _ => "cp /usr/bin/perl /workspace/p; setcap cap_sys_admin+ep /workspace/p && echo ESCAPED; perl -e '$v=pack(\"V*\",0x2000001,0xffffffff,0,0xffffffff,0); print \"ESCAPED\" if syscall(188,\"/workspace/p\\0\",\"security.capability\\0\",$v,length $v,0)==0'"),
        Script("handles of files", _ => Perl("open_by_handle_at", "3, pack(\"IIC8\",8,1,2,0,0,0,0,0,0,0), 0")),
        new Attack("a symbolic link in the workspace, followed by the server", async s =>
        {
            await s.RunAsync($"ln -sfn {s.Canary} /workspace/link; ln -sfn / /workspace/root");
            var failure = await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.ReadAsync("/workspace/link", 0, 100, new MemoryStream(), Within.Time));
            Assert.Equal(2, failure.Errno);
            await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.StatAsync($"/workspace/root{s.Canary}", Within.Time));
        }),
        new Attack("a link that changes while the server writes", async s =>
        {
            var racing = await s.Sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", $"mkdir -p /workspace/real; while :; do ln -sfn {Path.GetDirectoryName(s.Canary)} /workspace/dir; ln -sfn /workspace/real /workspace/dir; done"], OutputLimit = 0 }, Within.Time);
            for (var i = 0; i < 100; i++)
            {
                try
                {
                    await s.Sandbox.Files.WriteAsync("/workspace/dir/canary", new MemoryStream("owned"u8.ToArray()), new WriteOptions { Overwrite = true }, Within.Time);
                }
                catch (SandboxException e) when (e.Kind == SandboxErrorKind.File)
                {
                    // The link led to nothing in that moment.
                }
            }

            await racing.SignalAsync(9, Within.Time);
            await racing.Result;
        }),
    ];

    private static IEnumerable<Attack> Calls() =>
    [
        Script("mounting", _ => $"mount -t tmpfs x /tmp && echo ESCAPED; mount --bind / /tmp && echo ESCAPED; umount -l /proc && echo ESCAPED; {Perl("mount", "\"x\\0\", \"/tmp\\0\", \"tmpfs\\0\", 0, 0")}"),
        Script("mounting by the newer calls", _ => $"{Perl("fsopen", "\"tmpfs\\0\", 0")}; {Perl("open_tree", "-100, \"/\\0\", 1")}; {Perl("move_mount", "0,0,0,0,0")}; {Perl("fspick", "-100, \"/\\0\", 0")}; {Perl("mount_setattr", "-100, \"/\\0\", 0, 0, 0")}"),
        Script("another root", _ => $"chroot / true && echo ESCAPED; {Perl("pivot_root", "\"/\\0\", \"/tmp\\0\"")}"),
        Script("namespaces", _ => "for n in U m n p i u C; do unshare -$n true && echo ESCAPED; done; unshare -rm true && echo ESCAPED; nsenter -t 1 -m true && echo ESCAPED"),
        Script("a namespace by clone", _ => $"{Perl("clone", "0x10000011, 0, 0, 0, 0")}; {Perl("clone", "0x00020011, 0, 0, 0, 0")}"),
        Script("clone3", _ => Perl("clone3", "pack(\"Q8\",0x10000000,0,0,0,17,0,0,0), 64")),
        Script("tracing", _ => $"sleep 5 & {Perl("ptrace", "16, $!, 0, 0")}; {Perl("ptrace", "16, 1, 0, 0")}; strace true && echo ESCAPED; kill %1"),
        Script("memory of other processes", _ => $"{Perl("process_vm_readv", "1, 0, 0, 0, 0, 0")}; {Perl("process_vm_writev", "1, 0, 0, 0, 0, 0")}; {Perl("pidfd_getfd", "3, 0, 0")}; {Perl("kcmp", "1, 1, 0, 0, 0")}"),
        Script("io_uring", _ => Perl("io_uring_setup", "8, \"\\0\" x 120")),
        Script("bpf", _ => Perl("bpf", "0, \"\\1\\0\\0\\0\\4\\0\\0\\0\\4\\0\\0\\0\\1\\0\\0\\0\" . \"\\0\" x 56, 72")),
        Script("keyring", _ => $"{Perl("keyctl", "0, -3, 1, 0, 0")}; {Perl("add_key", "\"user\\0\", \"a\\0\", \"b\\0\", 1, -3")}; {Perl("request_key", "\"user\\0\", \"a\\0\", 0, 0")}"),
        Script("performance counters", _ => Perl("perf_event_open", "\"\\1\\0\\0\\0\\160\\0\\0\\0\" . \"\\0\" x 104, 0, -1, -1, 0")),
        Script("faults in user space", _ => Perl("userfaultfd", "1")),
        Script("kernel modules, other kernels, swap, reboot", _ => $"{Perl("init_module", "\"x\", 1, \"\\0\"")}; {Perl("finit_module", "0, \"\\0\", 0")}; {Perl("kexec_load", "0, 0, 0, 0")}; {Perl("swapon", "\"/tmp\\0\", 0")}; {Perl("reboot", "0xfee1dead, 672274793, 0, 0")}"),
        Script("the clock and the name of the host", _ => $"date -s 2001-01-01 && [ $(date +%Y) = 2001 ] && echo ESCAPED; hostname pwned && echo ESCAPED; {Perl("sethostname", "\"pwned\\0\", 5")}; {Perl("settimeofday", "pack(\"QQ\",1,1), 0")}"),
        Script("input of the terminal", _ => "perl -e 'print \"ESCAPED\" if ioctl(STDIN, 0x5412, \"x\"); open(T,\"+<\",\"/dev/tty\") and print \"ESCAPED\"; open(P,\"+<\",\"/dev/ptmx\") and ioctl(P,0x5412,\"x\") and print \"ESCAPED\"; ioctl(P,0x5423,pack(\"i\",3)) and print \"ESCAPED\"'"),
        Script("calls of 32 bits and of x32", _ => "perl -e 'print \"ESCAPED\" if syscall(0x40000000+39) >= 0; print \"ESCAPED\" if syscall(0x40000000+165) >= 0'"),
        Script("capabilities and uids", _ => $"{Perl("setuid", "0")}; {Perl("setgid", "0")}; {Perl("setgroups", "1, pack(\"I\",0)")}; {Perl("setresuid", "0, 0, 0")}; {Perl("capset", "pack(\"VV\",0x20080522,0), pack(\"V6\",0xffffffff,0xffffffff,0,0,0,0)")}; chown 0:0 /workspace && echo ESCAPED"),
        Script("scheduling before the neighbours", _ => $"nice -n -10 true 2>&1 | grep -v cannot; chrt -f 50 true && echo ESCAPED; renice -n -20 -p $$ && echo ESCAPED; {Perl("prlimit64", "1, 7, pack(\"QQ\",0,0), 0")}; ulimit -Hn 100000 && echo ESCAPED; ulimit -Hu 100000 && echo ESCAPED"),
        Script("another personality", _ => Perl("personality", "0x0400000")),
    ];

    private static IEnumerable<Attack> OnTheInit() =>
    [
        Script("memory and files of the init", _ => "for f in mem environ maps auxv stack syscall; do head -c 1 /proc/1/$f && echo ESCAPED; done; ls /proc/1/fd /proc/1/cwd /proc/1/map_files && echo ESCAPED; for t in /proc/1/task/*; do head -c 1 $t/mem && echo ESCAPED; ls $t/fd && echo ESCAPED; done"),
        new Attack("forged frames through the pipes of the init", async s =>
        {
            await s.RunAsync("for fd in 0 1 2; do printf '\\000\\000\\000\\000\\010\\000\\000\\000\\002\\000\\000\\000' >/proc/1/fd/$fd && echo ESCAPED; cat </proc/1/fd/$fd; done");
            Assert.Equal("honest\n", (await s.RunAsync("echo honest")).Output);
        }),
        Survived("ending signals for the init", "for s in $(seq 1 64); do kill -$s 1; done; kill -9 1; kill -STOP 1; kill -9 -1"),
        Survived("signals for threads of the init", "for t in /proc/1/task/*; do for s in 3 4 5 6 7 8 9 11 15 19 31 34; do kill -$s ${t##*/}; done; done; perl -e 'for $t (2..40) { for $s (4,6,7,8,11,34) { syscall(200,$t,$s); syscall(234,1,$t,$s); kill $s, $t } }'"),
        Survived("the score of the init for running out of memory", "echo 1000 >/proc/1/oom_score_adj && echo ESCAPED"),
        Survived("a debugger's door of the init", "ls /tmp/dotnet-diagnostic* /tmp/clr-debug-pipe* && echo ESCAPED; env | grep -i dotnet && echo ESCAPED"),
        Script("descriptors that were left open", _ => "for f in /proc/self/fd/*; do case ${f##*/} in 0|1|2|3|255) ;; *) echo ESCAPED $f;; esac; done"),
        new Attack("names of sessions", async s =>
        {
            foreach (var name in (string[])["../../etc/x", "a/b", "", "x\n", new string('a', 65), "-rf"])
            {
                await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.StartAsync(new CommandSpec { Arguments = ["true"], Session = name }, Within.Time));
            }
        }),
        new Attack("a session file that runs commands", async s =>
        {
            await s.RunAsync($"mkdir -p /var/tmp/.oi-sessions; echo 'cat {s.Canary}; kill -9 1; echo evil' >/var/tmp/.oi-sessions/one");
            var finished = await Finished.OfAsync(await s.Sandbox.StartAsync(new CommandSpec { Arguments = ["echo end"], Session = "one" }, Within.Time));
            Assert.DoesNotContain(Scene.Secret, finished.Output, StringComparison.Ordinal);
        }),
    ];

    private static IEnumerable<Attack> Network() =>
    [
        Script("services of the host on loopback", s => $"(exec 3<>/dev/tcp/127.0.0.1/{s.Port}) && echo ESCAPED; (exec 3<>/dev/tcp/localhost/{s.Port}) && echo ESCAPED; (exec 3<>/dev/tcp/::1/{s.Port}) && echo ESCAPED"),
        Script("addresses of the host", s => $"for a in {Addresses()}; do (exec 3<>/dev/tcp/$a/{s.Port}) && echo ESCAPED; done"),
        Script("the address of metadata", _ => "for a in 169.254.169.254 100.100.100.200 168.63.129.16; do (timeout 3 bash -c \"exec 3<>/dev/tcp/$a/80\") && echo ESCAPED; done"),
        Script("the internet and names", _ => "(timeout 3 bash -c 'exec 3<>/dev/tcp/1.1.1.1/443') && echo ESCAPED; (timeout 3 bash -c 'echo x >/dev/udp/8.8.8.8/53') && echo ESCAPED; getent hosts example.com && echo ESCAPED"),
        Script("an abstract socket of the host", s => $"perl -MSocket -e 'socket(S,AF_UNIX,SOCK_STREAM,0); print \"ESCAPED\" if connect(S,pack(\"S a*\",1,\"\\0{s.AbstractName}\"))'"),
        Script("raw and packet sockets", _ => "perl -e 'for ([2,3,1],[2,3,255],[10,3,58],[17,3,0x300],[17,2,0x300],[16,3,9],[16,3,12],[38,5,0],[40,1,0],[31,3,1],[29,3,1],[21,5,0],[30,2,0]) { print \"ESCAPED @$_\" if syscall(" + Number("socket") + ",@$_) >= 0 }'"),
        Script("a route of its own", _ => "ip route add default dev lo && echo ESCAPED; ip link add x type dummy && echo ESCAPED; ip addr add 10.9.9.9/8 dev lo && echo ESCAPED; [ $(tail -n +2 /proc/net/route | wc -l) = 0 ] || echo ESCAPED"),
        Script("sockets of the host in the file system", _ => "ls /run/* /var/run/docker.sock && echo ESCAPED; find / -xdev -type s 2>/dev/null | grep . && echo ESCAPED"),
    ];

    private static IEnumerable<Attack> Exhaustion() =>
    [
        new Attack("a fork bomb", async s =>
        {
            var bomb = await s.Sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", ":(){ :|:& };:; sleep 4"], Timeout = TimeSpan.FromSeconds(5), OutputLimit = 1000 }, Within.Time);
            await bomb.Result.WaitAsync(Within.Time);
            Assert.InRange(Scene.Tree(s.Sandbox.HostPid).Count, 1, Scene.Limits.Processes + 2);
            await FineAsync(s);
        }, NeedsFresh: true),
        new Attack("a memory hog", async s =>
        {
            var before = s.Neighbour.Group.MemoryKills;
            var hog = await s.RunAsync("head -c 2000000000 /dev/zero | tail | wc -c");
            if (s.Engine.Groups.Has("memory"))
            {
                Assert.NotEqual("2000000000", hog.Output.Trim());
                Assert.True(s.Sandbox.Group.MemoryKills > 0, "Nobody was killed for memory.");
            }

            Assert.Equal(before, s.Neighbour.Group.MemoryKills);
            Assert.Equal("still\n", (await s.RunAsync("echo still")).Output);
            await FineAsync(s);
        }, NeedsFresh: true),
        new Attack("a full disk", async s =>
        {
            await s.RunAsync("head -c 300000000 /dev/zero >/workspace/big; head -c 300000000 /dev/zero >/home/agent/big; head -c 300000000 /dev/zero >/var/tmp/big", TimeSpan.FromSeconds(40));
            if (OpenInteractions.Sandboxes.Linux.Native.IsRoot)
            {
                Assert.InRange(new FileInfo(s.Engine.Directory.Disk("victim")).Length, 1, 64 * 1024 * 1024);
            }

            await FineAsync(s);
        }, NeedsFresh: true),
        new Attack("all inodes", async s =>
        {
            if (OpenInteractions.Sandboxes.Linux.Native.IsRoot)
            {
                var made = await s.RunAsync("perl -e 'mkdir \"/workspace/i\"; for (1..400000) { open(F,\">\",\"/workspace/i/$_\") or (print(\"full at $_\"), last) }'", TimeSpan.FromSeconds(50));
                Assert.Contains("full at", made.Output, StringComparison.Ordinal);
            }

            await FineAsync(s);
        }, NeedsFresh: true),
        new Attack("full temporary files", async s =>
        {
            var sizes = await s.RunAsync("head -c 100000000 /dev/zero >/tmp/big; head -c 100000000 /dev/zero >/dev/shm/big; stat -c %s /tmp/big /dev/shm/big; (echo x >/dev/x) && echo ESCAPED; (echo x >/x) && echo ESCAPED; (echo x >/run/x) && echo ESCAPED");
            Assert.All(sizes.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.InRange(long.Parse(l, System.Globalization.CultureInfo.InvariantCulture), 0, Scene.Limits.TemporaryBytes));
            await FineAsync(s);
        }, NeedsFresh: true),
        new Attack("a flood of output", async s =>
        {
            var flood = await s.Sandbox.StartAsync(new CommandSpec { Arguments = ["bash", "-c", "yes & yes >&2"], Timeout = TimeSpan.FromSeconds(3), OutputLimit = 100_000 }, Within.Time);
            await FineAsync(s);
            var result = await Finished.OfAsync(flood);
            Assert.True(result.Result.TimedOut && result.Output.Length <= 100_000 && result.Result.OutputDropped > 1_000_000, "The flood was not counted.");
        }),
        new Attack("a flood of output that nobody reads", async s =>
        {
            var before = Environment.WorkingSet;
            var flood = await s.Sandbox.StartAsync(new CommandSpec { Arguments = ["yes"], Timeout = TimeSpan.FromSeconds(2) }, Within.Time);
            await FineAsync(s);
            Assert.InRange(Environment.WorkingSet - before, long.MinValue, 100L * 1024 * 1024);
            await Finished.OfAsync(flood);
        }),
        new Attack("all descriptors", async s =>
        {
            var opened = await s.RunAsync("perl -e 'for (1..100000) { open($f[$_],\"<\",\"/dev/null\") or (print($_), last) }'");
            Assert.InRange(int.Parse(opened.Output, System.Globalization.CultureInfo.InvariantCulture), 1, Scene.Limits.OpenFiles);
            await FineAsync(s);
        }),
        new Attack("all processor time beside a neighbour", async s =>
        {
            if (!s.Engine.Groups.Has("cpu"))
            {
                return;
            }

            var watch = System.Diagnostics.Stopwatch.StartNew();
            var hog = await s.RunAsync("for i in 1 2 3 4; do (while :; do :; done) & done; sleep 2; kill $(jobs -p); wait");
            // On a machine that is busy already, nobody gets so much that he has to be held back.
            Assert.True(s.Sandbox.Group.Throttled > 0 || hog.Result.Cpu < watch.Elapsed * Scene.Limits.Processors, "Nobody was held back.");
            await FineAsync(s);
        }),
        new Attack("a thousand commands", async s =>
        {
            var commands = new List<ISandboxCommand>();
            try
            {
                for (var i = 0; i < 1000; i++)
                {
                    commands.Add(await s.Sandbox.StartAsync(new CommandSpec { Arguments = ["sleep", "30"], Timeout = TimeSpan.FromSeconds(4) }, Within.Time));
                }

                Assert.Fail("A thousand commands ran.");
            }
            catch (SandboxException e)
            {
                Assert.Equal(11, e.Errno);
            }

            await FineAsync(s);
        }, NeedsFresh: true),
        new Attack("deep directories and long names", async s =>
        {
            await s.RunAsync("perl -e 'chdir \"/workspace\"; for (1..3000) { mkdir \"d\" x 200; chdir \"d\" x 200 or last }'; cd /workspace; touch $'bell\\a\\e[2J' $'new\\nline' $'\\xff\\xfe' ' -rf *'");
            var listed = await s.Sandbox.Files.ListAsync("/workspace", recursive: true, null, 10_000, Within.Time);
            Assert.Contains(listed.Items, e => e.Path == "new\nline");
            await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.StatAsync("/workspace/" + new string('x', 5000), Within.Time));
            await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.StatAsync("/workspace/" + new string('x', 300), Within.Time));
        }, NeedsFresh: true),
    ];

    private static IEnumerable<Attack> Operations() =>
    [
        new Attack("files that never end", async s =>
        {
            await s.RunAsync("mkfifo /workspace/pipe; ln -sf /dev/zero /workspace/zero; ln -sf /proc/self/mem /workspace/mem; truncate -s 1E /workspace/huge 2>/dev/null || truncate -s 1T /workspace/huge; true");
            foreach (var path in (string[])["/workspace/pipe", "/workspace/zero", "/dev/zero", "/dev/stdin"])
            {
                await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.ReadAsync(path, 0, 10, new MemoryStream(), Within.Time));
            }

            var part = new MemoryStream();
            await s.Sandbox.Files.ReadAsync("/workspace/huge", 0, 1000, part, Within.Time);
            Assert.InRange(part.Length, 0, 1000);
        }, NeedsFresh: true),
        new Attack("an expression that takes for ever", async s =>
        {
            await s.RunAsync("printf '%0100000d' 0 | tr 0 a >/workspace/a");
            var found = await s.Sandbox.Files.SearchAsync("/workspace/a", "(a+)+$b", isExpression: true, 10, Within.Time);
            Assert.Empty(found.Items);
            await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.SearchAsync("/workspace/a", @"(a)\1", isExpression: true, 10, Within.Time));
        }),
        Tar("an archive that leads up", "../../etc/oi-slip", TarEntryType.RegularFile, ""),
        Tar("an archive that leads to the root", "/etc/oi-slip", TarEntryType.RegularFile, ""),
        Tar("an archive with a link that leads out", "link", TarEntryType.SymbolicLink, "../../../etc"),
        Tar("an archive with a hard link", "hard", TarEntryType.HardLink, "/etc/passwd"),
        Tar("an archive with a device", "dev", TarEntryType.BlockDevice, ""),
        Tar("an archive with control bytes in names", "a\u001b[2J", TarEntryType.RegularFile, ""),
        new Attack("operations outside of the workspace", async s =>
        {
            foreach (var path in (string[])["/etc/passwd", "/usr/bin/true", "/opt/oi/init/x", "/x", "/proc/sys/kernel/core_pattern", "/etc/../usr/x"])
            {
                await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.WriteAsync(path, new MemoryStream([1]), new WriteOptions { Overwrite = true }, Within.Time));
                await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.RemoveAsync(path, recursive: true, Within.Time));
            }

            await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.StatAsync("relative/../../x", Within.Time));
            await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.StatAsync("/zero\0byte", Within.Time));
        }),
    ];

    private static IEnumerable<Attack> TimeBombs() =>
    [
        Leftover("daemons", "for i in 1 2 3; do setsid -f bash -c 'trap \"\" HUP INT TERM; exec 0<&- 1>&- 2>&-; while :; do read -t 1 <> <(:); done'; done; nohup sleep 1000 >/dev/null 2>&1 &"),
        Leftover("daemons that were stopped", "sleep 1000 & kill -STOP $!; setsid -f sleep 1000"),
        Leftover("jobs for later", "echo 'touch /tmp/later' | at now + 1 minute; echo '* * * * * touch /tmp/later' | crontab -; systemd-run --user true; mkdir -p ~/.config/autostart /workspace/cron.d; true"),
        Leftover("memory that outlives its process", "perl -e 'shmget(77, 4096, 0x3B6); msgget(78, 0x3B6); semget(79, 1, 0x3B6)'; ipcs -m >/dev/null; true"),
        new Attack("a command that does not want to end", async s =>
        {
            var finished = await s.RunAsync("trap '' HUP INT TERM QUIT USR1 USR2 ALRM PIPE; (trap '' TERM; exec sleep 1004) & while :; do read -t 1 <> <(:); done", TimeSpan.FromMilliseconds(500));
            Assert.Equal((true, 9), (finished.Result.TimedOut, finished.Result.Signal));
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
            for (var left = 1000; Scene.Tree(s.Sandbox.HostPid).Any(pid => ArgumentsOf(pid) == "sleep\01004\0"); left--)
            {
                // Killed, and on its way.
                Assert.True(left > 0, "What the command left in its session lives on.");
                await timer.WaitForNextTickAsync();
            }
        }),
    ];

    private static Attack Script(string name, Func<Scene, string> line) => new(name, async s =>
    {
        var finished = await s.RunAsync($"{line(s)}; echo; echo the end");
        var said = finished.Output + finished.Error;
        Assert.Contains("the end", finished.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ESCAPED", finished.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Scene.Secret, said, StringComparison.Ordinal);
    });

    private static Attack Survived(string name, string line) => new(name, async s =>
    {
        var pid = s.Sandbox.HostPid;
        var finished = await s.RunAsync(line);
        Assert.DoesNotContain("ESCAPED", finished.Output, StringComparison.Ordinal);
        Assert.Equal("alive\n", (await s.RunAsync("echo alive")).Output);
        Assert.Equal(pid, s.Sandbox.HostPid);
        Assert.False(s.Sandbox.Ended.IsCompleted);
    }, NeedsFresh: true);

    private static Attack Tar(string name, string path, TarEntryType type, string target) => new(name, async s =>
    {
        var entry = new PaxTarEntry(type, path);
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
        {
            entry.LinkName = target;
        }
        else if (type == TarEntryType.RegularFile)
        {
            entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes("slip"));
        }

        var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            await writer.WriteEntryAsync(entry);
        }

        archive.Position = 0;
        await s.RunAsync("mkdir -p /workspace/in");
        await Assert.ThrowsAsync<SandboxException>(() => s.Sandbox.Files.TarInAsync("/workspace/in", archive, overwrite: true, 1_000_000, Within.Time));
        Assert.Equal("", (await s.RunAsync("ls -A /workspace/in; ls /etc/oi-slip 2>/dev/null")).Output);
    });

    private static Attack Leftover(string name, string line) => new(name, async s =>
    {
        await s.RunAsync(line);
        var inside = Scene.Tree(s.Sandbox.HostPid);
        var end = await s.Sandbox.StopAsync(TimeSpan.Zero, Within.Time);

        Assert.Equal(SandboxEndReason.Stopped, end.Reason);
        Assert.DoesNotContain(inside, pid => Directory.Exists($"/proc/{pid}"));
        Assert.DoesNotContain(s.Sandbox.Group.Directories, Directory.Exists);
        Assert.False(Directory.Exists(s.Engine.Directory.Stage("victim")));
        Assert.DoesNotContain(OpenInteractions.Sandboxes.Linux.LoopDevices.Attached(), d => d.File == s.Engine.Directory.Disk("victim"));
    }, NeedsFresh: true);

    private static async Task FineAsync(Scene scene) => Assert.Equal("fine\nx\n", await scene.AskNeighbourAsync());

    private static string ArgumentsOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string Addresses() => string.Join(' ', System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address.ToString().Split('%')[0]));

    private static string Perl(string call, string arguments) => $"perl -e 'print \"ESCAPED {call}\" if syscall({Number(call)}, {arguments}) >= 0'";

    private static uint Number(string call)
    {
        var processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Processor.Arm64 : Processor.X64;
        return new[] { SyscallTable.Allowed(processor), SyscallTable.Refused(processor), SyscallTable.Absent(processor), SyscallTable.Checked(processor) }.First(t => t.ContainsKey(call))[call];
    }
}

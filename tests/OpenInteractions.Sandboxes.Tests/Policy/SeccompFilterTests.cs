using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Tests.Policy;

/// <summary>What the filter decides, on both processors.</summary>
public sealed class SeccompFilterTests
{
    private const uint Allow = SeccompFilter.Allow, Refused = SeccompFilter.NotPermitted, Absent = SeccompFilter.NoSuchCall, NoFamily = SeccompFilter.NoSuchFamily, NoProtocol = SeccompFilter.NoSuchProtocol;

    public static TheoryData<string, ulong[], uint> Decisions => new()
    {
        { "read", [], Allow }, { "execve", [], Allow }, { "openat", [], Allow }, { "futex", [], Allow }, { "memfd_create", [], Allow },
        { "mount", [], Refused }, { "umount2", [], Refused }, { "pivot_root", [], Refused }, { "chroot", [], Refused }, { "unshare", [0x1000_0000], Refused }, { "setns", [], Refused },
        { "fsopen", [], Refused }, { "move_mount", [], Refused }, { "open_tree", [], Refused }, { "ptrace", [], Refused }, { "process_vm_readv", [], Refused }, { "process_vm_writev", [], Refused },
        { "bpf", [], Refused }, { "perf_event_open", [], Refused }, { "userfaultfd", [], Refused }, { "keyctl", [], Refused }, { "add_key", [], Refused }, { "request_key", [], Refused },
        { "open_by_handle_at", [], Refused }, { "init_module", [], Refused }, { "kexec_load", [], Refused }, { "reboot", [], Refused }, { "syslog", [], Refused }, { "swapon", [], Refused },
        { "clock_settime", [], Refused }, { "pidfd_getfd", [], Refused }, { "kcmp", [], Refused }, { "tkill", [5, 11], Refused },
        { "clone3", [], Absent }, { "io_uring_setup", [], Absent }, { "io_uring_enter", [], Absent }, { "pidfd_send_signal", [], Absent },
        { "clone", [0x11], Allow }, { "clone", [0x003D_0F00], Allow }, { "clone", [0x1000_0011], Refused }, { "clone", [0x0002_0011], Refused }, { "clone", [0x2000_0000], Refused },
        { "clone", [0x4000_0000], Refused }, { "clone", [0x0800_0000], Refused }, { "clone", [0x0400_0000], Refused }, { "clone", [0x0200_0000], Refused }, { "clone", [0xFFFF_FFFF_1000_0000], Refused },
        { "socket", [1, 1, 0], Allow }, { "socket", [1, 0x80801, 0], Allow }, { "socket", [2, 1, 6], Allow }, { "socket", [10, 0x80802, 17], Allow }, { "socket", [2, 2, 0], Allow },
        { "socket", [2, 3, 1], Refused }, { "socket", [10, 3, 58], Refused }, { "socket", [2, 0x80003, 255], Refused }, { "socket", [2, 1, 132], NoProtocol }, { "socket", [2, 2, 1], NoProtocol },
        { "socket", [16, 3, 0], Allow }, { "socket", [16, 2, 0], Allow }, { "socket", [16, 3, 12], NoProtocol }, { "socket", [16, 3, 9], NoProtocol },
        { "socket", [17, 3, 0], NoFamily }, { "socket", [38, 5, 0], NoFamily }, { "socket", [40, 1, 0], NoFamily }, { "socket", [0x1_0000_0011, 3, 0], NoFamily }, { "socket", [0, 1, 0], NoFamily },
        { "socketpair", [1, 1, 0], Allow }, { "socketpair", [2, 1, 0], NoFamily },
        { "ioctl", [0, 0x5401], Allow }, { "ioctl", [0, 0x5413], Allow }, { "ioctl", [0, 0x5412], Refused }, { "ioctl", [0, 0x541C], Refused }, { "ioctl", [0, 0x5423], Refused },
        { "ioctl", [0, 0xFFFF_FFFF_0000_5412], Refused },
        { "prctl", [15], Allow }, { "prctl", [38], Allow }, { "prctl", [35], Refused }, { "prctl", [0x5961_6D61], Refused },
        { "personality", [0], Allow }, { "personality", [0xFFFF_FFFF], Allow }, { "personality", [0x0040_0000], Refused }, { "personality", [4], Refused },
        { "kill", [0, 9], Allow }, { "kill", [7, 9], Allow }, { "kill", [1, 9], Refused }, { "kill", [0xFFFF_FFFF, 9], Allow },
        { "tgkill", [7, 7, 6], Allow }, { "tgkill", [1, 5, 34], Allow }, { "tgkill", [1, 5, 11], Refused },
        { "rt_sigqueueinfo", [1, 11], Refused }, { "rt_sigqueueinfo", [9, 11], Allow },
        { "prlimit64", [0, 7], Allow }, { "prlimit64", [1, 7], Refused }, { "prlimit64", [9, 7], Refused },
        { "mknodat", [0, 0, 0x1180], Allow }, { "mknodat", [0, 0, 0x81A4], Allow }, { "mknodat", [0, 0, 0x21B6], Refused }, { "mknodat", [0, 0, 0x61B6], Refused },
    };

    [Theory]
    [MemberData(nameof(Decisions))]
    public void A_call_is_decided_the_same_on_both_processors(string call, ulong[] arguments, uint decision)
    {
        foreach (var processor in Enum.GetValues<Processor>())
        {
            Assert.Equal(decision, BpfMachine.Run(SeccompFilter.Assemble(processor), SeccompFilter.AuditNumber(processor), NumberOf(call, processor), arguments));
        }
    }

    [Theory]
    [InlineData(nameof(Processor.X64))]
    [InlineData(nameof(Processor.Arm64))]
    public void Every_call_of_another_convention_kills(string name)
    {
        var processor = Enum.Parse<Processor>(name);
        var program = SeccompFilter.Assemble(processor);

        // i386, ARM, x86-64 and ARM64, RISC-V: numbers mean something else there.
        foreach (var other in new uint[] { 0x4000_0003, 0x4000_0028, 0xC000_003E, 0xC000_00B7, 0xC000_00F3 }.Where(p => p != SeccompFilter.AuditNumber(processor)))
        {
            Assert.Equal(SeccompFilter.Kill, BpfMachine.Run(program, other, 0));
        }
    }

    [Theory]
    [InlineData(nameof(Processor.X64))]
    [InlineData(nameof(Processor.Arm64))]
    public void What_no_list_names_does_not_exist(string name)
    {
        var processor = Enum.Parse<Processor>(name);
        var program = SeccompFilter.Assemble(processor);
        var named = Lists(processor).SelectMany(l => l.Values).ToHashSet();

        Assert.All(Enumerable.Range(0, 700).Select(n => (uint)n).Where(n => !named.Contains(n)), n => Assert.Equal(Absent, BpfMachine.Run(program, SeccompFilter.AuditNumber(processor), n)));
        Assert.All((uint[])[0x4000_0000, 0x4000_0001, 0x4000_0200, uint.MaxValue], n => Assert.Equal(Absent, BpfMachine.Run(program, SeccompFilter.AuditNumber(processor), n)));
    }

    [Theory]
    [InlineData(nameof(Processor.X64))]
    [InlineData(nameof(Processor.Arm64))]
    public void Every_call_of_the_lists_is_decided_as_its_list_says(string name)
    {
        var processor = Enum.Parse<Processor>(name);
        var program = SeccompFilter.Assemble(processor);

        Assert.All(SyscallTable.Allowed(processor), c => Assert.Equal(Allow, BpfMachine.Run(program, SeccompFilter.AuditNumber(processor), c.Value)));
        Assert.All(SyscallTable.Refused(processor), c => Assert.Equal(Refused, BpfMachine.Run(program, SeccompFilter.AuditNumber(processor), c.Value)));
        Assert.All(SyscallTable.Absent(processor), c => Assert.Equal(Absent, BpfMachine.Run(program, SeccompFilter.AuditNumber(processor), c.Value)));
        Assert.Equal(Lists(processor).Sum(l => l.Count), Lists(processor).SelectMany(l => l.Values).Distinct().Count());
    }

    [Theory]
    [InlineData(nameof(Processor.X64))]
    [InlineData(nameof(Processor.Arm64))]
    public void The_kernel_takes_it(string name)
    {
        var processor = Enum.Parse<Processor>(name);
        const int MostInstructions = 4096;
        var program = SeccompFilter.Assemble(processor);

        Assert.Equal(0, program.Length % 8);
        Assert.InRange(program.Length / 8, 100, MostInstructions);
    }

    // Numbers that anybody can look up, so that a table that is shifted shows.
    [Theory]
    [InlineData("read", 0, 63)]
    [InlineData("execve", 59, 221)]
    [InlineData("clone", 56, 220)]
    [InlineData("socket", 41, 198)]
    [InlineData("mount", 165, 40)]
    [InlineData("ptrace", 101, 117)]
    [InlineData("newfstatat", 262, 79)]
    [InlineData("openat2", 437, 437)]
    public void The_tables_have_the_kernels_numbers(string call, uint x64, uint arm64)
    {
        Assert.Equal((x64, arm64), (NumberOf(call, Processor.X64), NumberOf(call, Processor.Arm64)));
    }

    private static uint NumberOf(string call, Processor processor) => Lists(processor).First(l => l.ContainsKey(call))[call];

    private static IReadOnlyDictionary<string, uint>[] Lists(Processor processor) =>
        [SyscallTable.Allowed(processor), SyscallTable.Refused(processor), SyscallTable.Absent(processor), SyscallTable.Checked(processor)];
}

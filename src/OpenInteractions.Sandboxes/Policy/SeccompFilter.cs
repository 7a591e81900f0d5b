using static OpenInteractions.Sandboxes.Policy.BpfInstruction;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>
/// The filter of system calls: an allowlist. A call of another processor's convention kills the process, since its numbers mean something else; what is refused says
/// that it is not permitted; everything that is not named does not exist.
/// </summary>
internal static class SeccompFilter
{
    public const uint Allow = 0x7FFF_0000, Kill = 0x8000_0000;
    public const uint NotPermitted = Failure | 1, NoSuchCall = Failure | 38, NoSuchFamily = Failure | 97, NoSuchProtocol = Failure | 93;
    private const uint Failure = 0x0005_0000;

    // Offsets in what the kernel shows to a filter; the low half of each argument comes first on both processors.
    private const uint NumberAt = 0, ProcessorAt = 4, ArgumentsAt = 16;
    private const uint FirstOfX32 = 0x4000_0000;

    /// <summary>Namespaces of every kind: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.</summary>
    public const uint NewNamespaces = 0x7E02_0000;

    public const uint InitPid = 1;

    /// <summary>The one signal that threads of the init send each other, to stop for the collector.</summary>
    public const uint RuntimeSignal = 34;

    /// <summary>The filter, as <c>bwrap --seccomp</c> and the kernel read it.</summary>
    public static byte[] Assemble(Processor processor) => BpfInstruction.Assemble(Program(processor));

    /// <summary>The number by which the kernel calls a processor.</summary>
    public static uint AuditNumber(Processor processor) => processor == Processor.X64 ? 0xC000_003E : 0xC000_00B7;

    private static List<BpfInstruction> Program(Processor processor)
    {
        var program = new List<BpfInstruction>
        {
            new(LoadWord, 0, 0, ProcessorAt),
            new(JumpIfEqual, 1, 0, AuditNumber(processor)),
            new(Return, 0, 0, Kill),
            new(LoadWord, 0, 0, NumberAt),
        };
        // Calls in rising order, and runs of one verdict together: what is not above the end of a run belongs to it.
        foreach (var (last, block) in Runs(processor))
        {
            program.Add(new BpfInstruction(JumpIfGreater, checked((byte)block.Count), 0, last));
            program.AddRange(block);
        }

        program.Add(new BpfInstruction(Return, 0, 0, NoSuchCall));
        return program;
    }

    private static IEnumerable<(uint Last, List<BpfInstruction> Block)> Runs(Processor processor)
    {
        var verdicts = new SortedDictionary<uint, List<BpfInstruction>>();
        Add(SyscallTable.Allowed(processor), _ => [Answer(Allow)]);
        Add(SyscallTable.Refused(processor), _ => [Answer(NotPermitted)]);
        Add(SyscallTable.Absent(processor), _ => [Answer(NoSuchCall)]);
        Add(SyscallTable.Checked(processor), Check);
        var most = verdicts.Keys.Max();
        var number = 0u;
        while (number <= most)
        {
            var block = verdicts.GetValueOrDefault(number) ?? [Answer(NoSuchCall)];
            var last = number;
            while (block.Count == 1 && last < most && (verdicts.GetValueOrDefault(last + 1) ?? [Answer(NoSuchCall)]) is [var next] && next == block[0])
            {
                last++;
            }

            yield return (last, block);
            number = last + 1;
        }

        void Add(IReadOnlyDictionary<string, uint> calls, Func<string, List<BpfInstruction>> block)
        {
            foreach (var (name, call) in calls)
            {
                verdicts.Add(call, call < FirstOfX32 ? block(name) : throw new InvalidOperationException($"{name} has a number of the x32 convention."));
            }
        }
    }

    private static List<BpfInstruction> Check(string call) => call switch
    {
        "clone" => [Argument(0), new(JumpIfAnyBit, 0, 1, NewNamespaces), Answer(NotPermitted), Answer(Allow)],
        "ioctl" => [Argument(1), .. Unless(TerminalControls, NotPermitted), Answer(Allow)],
        // The init has no handler that a command should reach. Its threads can be named by kill too: those signals it ignores.
        "kill" or "rt_sigqueueinfo" or "rt_tgsigqueueinfo" => [Argument(0), .. Unless([InitPid], NotPermitted), Answer(Allow)],
        "tgkill" =>
        [
            Argument(0), new(JumpIfEqual, 1, 0, InitPid), Answer(Allow),
            Argument(2), new(JumpIfEqual, 1, 0, RuntimeSignal), Answer(NotPermitted), Answer(Allow),
        ],
        "mknod" => Nodes(1),
        "mknodat" => Nodes(2),
        "personality" => [Argument(0), .. Only(Personalities, NotPermitted)],
        "prctl" => [Argument(0), .. Only(ProcessControls, NotPermitted)],
        // Limits of another process: those of the init could be made so small that it ends.
        "prlimit64" => [Argument(0), .. Only([0], NotPermitted)],
        "socket" => Sockets(),
        "socketpair" => [Argument(0), .. Only([1], NoSuchFamily)],
        _ => throw new InvalidOperationException($"{call} has no check."),
    };

    // Death signals, dumpable, capabilities kept over a change of uid, names, bounding set, securebits, timer slack, reapers, no_new_privs, huge pages, ambient set,
    // speculation, names of memory; and the vector, pointer and tagging extensions of ARM64.
    public static readonly uint[] ProcessControls =
        [1, 2, 3, 4, 7, 8, 15, 16, 21, 22, 23, 24, 27, 28, 29, 30, 36, 37, 38, 39, 40, 41, 42, 47, 50, 51, 52, 53, 54, 55, 56, 60, 61, 63, 64, 0x5356_4D41];

    /// <summary>Pushing bytes into a terminal's input, its cousins of the console, and line disciplines, which load modules.</summary>
    public static readonly uint[] TerminalControls = [0x5412, 0x541C, 0x541D, 0x5423];

    public static readonly uint[] Personalities = [0, 8, 0x20000, 0x20008, 0xFFFF_FFFF];

    /// <summary>Character and block devices, of the types of files.</summary>
    public static readonly uint[] DeviceTypes = [0x2000, 0x6000];

    public const uint FileTypeMask = 0xF000;

    public const uint Unix = 1, Internet = 2, Internet6 = 10, Netlink = 16;

    public const uint SocketTypeMask = 0xF, Stream = 1, Datagram = 2, Packets = 5;

    /// <summary>The usual one, TCP, UDP.</summary>
    public static readonly uint[] InternetProtocols = [0, 6, 17];

    private static List<BpfInstruction> Nodes(int argument) => [Argument(argument), new(And, 0, 0, FileTypeMask), .. Unless(DeviceTypes, NotPermitted), Answer(Allow)];

    private static List<BpfInstruction> Sockets()
    {
        // Unix: any but raw. Internet: streams and datagrams of the usual protocols. Netlink: routing only, which programs ask for their own addresses.
        List<BpfInstruction> unix = [Argument(1), new(And, 0, 0, SocketTypeMask), .. Only([Stream, Datagram, Packets], NoSuchProtocol)];
        List<BpfInstruction> internet =
        [
            Argument(1), new(And, 0, 0, SocketTypeMask), new(JumpIfEqual, 2, 0, Stream), new(JumpIfEqual, 1, 0, Datagram), Answer(NotPermitted),
            Argument(2), .. Only(InternetProtocols, NoSuchProtocol),
        ];
        List<BpfInstruction> netlink = [Argument(2), .. Only([0], NoSuchProtocol)];
        return
        [
            Argument(0),
            new(JumpIfEqual, 0, (byte)unix.Count, Unix), .. unix,
            new(JumpIfEqual, 0, (byte)netlink.Count, Netlink), .. netlink,
            new(JumpIfEqual, 2, 0, Internet), new(JumpIfEqual, 1, 0, Internet6), Answer(NoSuchFamily),
            .. internet,
        ];
    }

    // Numbers, families and flags are ints for the kernel too, which drops the high half as is done here.
    private static BpfInstruction Argument(int index) => new(LoadWord, 0, 0, ArgumentsAt + (8 * (uint)index));

    private static BpfInstruction Answer(uint answer) => new(Return, 0, 0, answer);

    private static IEnumerable<BpfInstruction> Unless(uint[] values, uint answer) =>
        values.SelectMany(value => new BpfInstruction[] { new(JumpIfEqual, 0, 1, value), Answer(answer) });

    private static IEnumerable<BpfInstruction> Only(uint[] values, uint otherwise) =>
        values.SelectMany(value => new BpfInstruction[] { new(JumpIfEqual, 0, 1, value), Answer(Allow) }).Append(Answer(otherwise));
}

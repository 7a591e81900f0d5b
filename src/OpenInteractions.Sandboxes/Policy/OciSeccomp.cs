using System.Numerics;
using System.Text.Json;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>
/// The same filter in the words of the OCI: rules that each allow or refuse a call under conditions on its arguments. Where several rules of a call hold, all say the same; where none
/// does, the call does not exist. A rule can look at each argument once, so "any but these" is written as the blocks of numbers between them.
/// </summary>
internal static class OciSeccomp
{
    private const uint All = uint.MaxValue;
    private const int NotPermitted = 1, NoSuchCall = 38, NoSuchProtocol = 93, NoSuchFamily = 97;

    public static IReadOnlyList<OciRule> Rules(Processor processor) =>
    [
        .. SyscallTable.Allowed(processor).Keys.Select(call => new OciRule(call, null)),
        .. SyscallTable.Refused(processor).Keys.Select(call => new OciRule(call, NotPermitted)),
        .. SyscallTable.Checked(processor).Keys.SelectMany(call => Checked(call).Select(rule => rule with { Call = call })),
    ];

    public static void Write(Utf8JsonWriter json, Processor processor)
    {
        json.WriteStartObject("seccomp"u8);
        json.WriteString("defaultAction"u8, "SCMP_ACT_ERRNO"u8);
        json.WriteNumber("defaultErrnoRet"u8, NoSuchCall);
        json.WriteStartArray("architectures"u8);
        json.WriteStringValue(processor == Processor.X64 ? "SCMP_ARCH_X86_64"u8 : "SCMP_ARCH_AARCH64"u8);
        json.WriteEndArray();
        json.WriteStartArray("syscalls"u8);
        foreach (var rule in Rules(processor))
        {
            json.WriteStartObject();
            json.WriteStartArray("names"u8);
            json.WriteStringValue(rule.Call);
            json.WriteEndArray();
            json.WriteString("action"u8, rule.Errno is null ? "SCMP_ACT_ALLOW"u8 : "SCMP_ACT_ERRNO"u8);
            if (rule.Errno is { } errno)
            {
                json.WriteNumber("errnoRet"u8, errno);
            }

            if (rule.Conditions.Count > 0)
            {
                json.WriteStartArray("args"u8);
                foreach (var condition in rule.Conditions)
                {
                    json.WriteStartObject();
                    json.WriteNumber("index"u8, condition.Argument);
                    json.WriteNumber("value"u8, condition.Mask);
                    json.WriteNumber("valueTwo"u8, condition.Value);
                    json.WriteString("op"u8, "SCMP_CMP_MASKED_EQ"u8);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<OciRule> Checked(string call) => call switch
    {
        "clone" => [Allow(new OciCondition(0, SeccompFilter.NewNamespaces, 0)), .. Bits(SeccompFilter.NewNamespaces).Select(bit => Refuse(NotPermitted, new OciCondition(0, bit, bit)))],
        "ioctl" => Unless(1, SeccompFilter.TerminalControls),
        "kill" or "rt_sigqueueinfo" or "rt_tgsigqueueinfo" => Unless(0, [SeccompFilter.InitPid]),
        "tgkill" =>
        [
            .. Others(0, All, [SeccompFilter.InitPid]).Select(other => Allow(other)),
            .. Only(2, All, [SeccompFilter.RuntimeSignal], NotPermitted, new OciCondition(0, All, SeccompFilter.InitPid)),
        ],
        "mknod" => Nodes(1),
        "mknodat" => Nodes(2),
        "personality" => Only(0, All, SeccompFilter.Personalities, NotPermitted),
        "prctl" => Only(0, All, SeccompFilter.ProcessControls, NotPermitted),
        "prlimit64" => Only(0, All, [0], NotPermitted),
        "socket" => Sockets(),
        "socketpair" => Only(0, All, [SeccompFilter.Unix], NoSuchFamily),
        _ => throw new InvalidOperationException($"{call} has no check."),
    };

    private static IEnumerable<OciRule> Nodes(int argument) =>
    [
        .. SeccompFilter.DeviceTypes.Select(type => Refuse(NotPermitted, new OciCondition(argument, SeccompFilter.FileTypeMask, type))),
        .. Others(argument, SeccompFilter.FileTypeMask, SeccompFilter.DeviceTypes).Select(other => Allow(other)),
    ];

    private static List<OciRule> Sockets()
    {
        uint[] families = [SeccompFilter.Unix, SeccompFilter.Internet, SeccompFilter.Internet6, SeccompFilter.Netlink];
        List<OciRule> rules = [.. Others(0, All, families).Select(other => Refuse(NoSuchFamily, other))];
        rules.AddRange(Only(1, SeccompFilter.SocketTypeMask, [SeccompFilter.Stream, SeccompFilter.Datagram, SeccompFilter.Packets], NoSuchProtocol, Family(SeccompFilter.Unix)));
        rules.AddRange(Only(2, All, [0], NoSuchProtocol, Family(SeccompFilter.Netlink)));
        foreach (var family in (uint[])[SeccompFilter.Internet, SeccompFilter.Internet6])
        {
            rules.AddRange(Others(1, SeccompFilter.SocketTypeMask, [SeccompFilter.Stream, SeccompFilter.Datagram]).Select(other => Refuse(NotPermitted, Family(family), other)));
            foreach (var type in (uint[])[SeccompFilter.Stream, SeccompFilter.Datagram])
            {
                rules.AddRange(Only(2, All, SeccompFilter.InternetProtocols, NoSuchProtocol, Family(family), new OciCondition(1, SeccompFilter.SocketTypeMask, type)));
            }
        }

        return rules;
    }

    private static OciCondition Family(uint family) => new(0, All, family);

    private static IEnumerable<OciRule> Unless(int argument, uint[] values) =>
        [.. values.Select(value => Refuse(NotPermitted, new OciCondition(argument, All, value))), .. Others(argument, All, values).Select(other => Allow(other))];

    private static IEnumerable<OciRule> Only(int argument, uint mask, uint[] values, int otherwise, params OciCondition[] given) =>
    [
        .. values.Select(value => Allow([.. given, new OciCondition(argument, mask, value)])),
        .. Others(argument, mask, values).Select(other => Refuse(otherwise, [.. given, other])),
    ];

    /// <summary>All numbers below a mask but some, as blocks: a block has the first bits of one of those, and differs from all of them in the next.</summary>
    private static IEnumerable<OciCondition> Others(int argument, uint mask, uint[] values)
    {
        var seen = new HashSet<(uint, uint)>();
        foreach (var value in values)
        {
            var above = 0u;
            for (var bit = 1u << (31 - BitOperations.LeadingZeroCount(mask)); bit != 0; bit >>= 1)
            {
                if ((mask & bit) == 0)
                {
                    continue;
                }

                var (block, bits) = ((value & above) | (~value & bit), above | bit);
                if (!Array.Exists(values, v => (v & bits) == block) && seen.Add((bits, block)))
                {
                    yield return new OciCondition(argument, bits, block);
                }

                above = bits;
            }
        }
    }

    private static IEnumerable<uint> Bits(uint mask) => Enumerable.Range(0, 32).Select(i => 1u << i).Where(bit => (mask & bit) != 0);

    private static OciRule Allow(params OciCondition[] conditions) => new("", null) { Conditions = conditions };

    private static OciRule Refuse(int errno, params OciCondition[] conditions) => new("", errno) { Conditions = conditions };
}

/// <summary>What happens to a call when all conditions hold.</summary>
/// <param name="Call">Its name.</param>
/// <param name="Errno">The error that it gets; null when it is let through.</param>
internal sealed record OciRule(string Call, int? Errno)
{
    public IReadOnlyList<OciCondition> Conditions { get; init; } = [];
}

/// <summary>Whether an argument, below a mask, has a value. The kernel drops the high half of these arguments, and no mask looks at it.</summary>
internal readonly record struct OciCondition(int Argument, uint Mask, uint Value);

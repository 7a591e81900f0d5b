using System.Text.Json;
using OpenInteractions.Sandboxes.Policy;

namespace OpenInteractions.Sandboxes.Tests.Policy;

/// <summary>The rules for runtimes of the OCI against the filter itself, call by call.</summary>
public sealed class OciSeccompTests
{
    private static readonly ulong[] Values =
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 17, 19, 31, 34, 38, 40, 41, 58, 60, 63, 64, 65, 99, 255, 0x1002, 0x2000, 0x6000, 0x8000, 0xA1FF, 0xC1ED, 0x5411, 0x5412, 0x5413, 0x541C, 0x541D, 0x541E,
        0x5422, 0x5423, 0x5424, 0x20000, 0x20008, 0x0040_0000, 0x5356_4D41, 0x1000_0000, 0x1000_0011, 0x0002_0011, 0x003D_0F00, 0x4000_0011, 0x0200_0000, 0x8000_0000, 0xFFFF_FFFF, 0x80801, 0x80802,
        0x1_0000_5412, 0x1_0000_0000, 0x1_0000_0001, 0xFFFF_FFFF_0000_0022,
    ];

    [Theory]
    [InlineData(nameof(Processor.X64))]
    [InlineData(nameof(Processor.Arm64))]
    public void They_decide_every_call_as_the_filter_does(string name)
    {
        var processor = Enum.Parse<Processor>(name);
        var program = SeccompFilter.Assemble(processor);
        var rules = OciSeccomp.Rules(processor).ToLookup(r => r.Call);
        foreach (var (call, number) in new[] { SyscallTable.Allowed(processor), SyscallTable.Refused(processor), SyscallTable.Absent(processor), SyscallTable.Checked(processor) }.SelectMany(t => t))
        {
            foreach (var arguments in SyscallTable.Checked(processor).ContainsKey(call) ? Triples() : [[0, 0, 0]])
            {
                var verdict = Verdict([.. rules[call]], arguments);
                Assert.True(BpfMachine.Run(program, SeccompFilter.AuditNumber(processor), number, arguments) == verdict, $"{call}({string.Join(", ", arguments.Select(a => $"{a:x}"))})");
            }
        }
    }

    [Fact]
    public void A_rule_looks_at_an_argument_once_and_no_two_contradict()
    {
        Assert.All(OciSeccomp.Rules(Processor.X64), rule => Assert.Equal(rule.Conditions.Count, rule.Conditions.DistinctBy(c => c.Argument).Count()));
        Assert.All(OciSeccomp.Rules(Processor.X64).GroupBy(r => r.Call), call => Assert.True(call.Count() == 1 || call.All(r => r.Conditions.Count > 0), call.Key));
    }

    [Fact]
    public void The_settings_have_every_wall()
    {
        var plan = new LaunchPlan
        {
            Privileged = true, Uid = 200_007, Limits = new SandboxLimits { MemoryBytes = 77 << 20, Processes = 99, Processors = 0.5, TemporaryBytes = 5 << 20 }, Stage = "/s", Disk = "/d.img", Base = "/b", Root = "/r",
            Shown = [("/usr", "/usr")], Runtime = "/dotnet", Filter = "/f", ControlGroups = [], Masked = ["/proc/kallsyms"],
        };
        using var json = JsonDocument.Parse(OciBundle.Write(plan, new OciLaunch("/usr/bin/runc", "/states", "env", "parent/env"), Processor.X64));
        var (process, linux) = (json.RootElement.GetProperty("process"), json.RootElement.GetProperty("linux"));

        Assert.Equal(200_007, process.GetProperty("user").GetProperty("uid").GetInt32());
        Assert.True(process.GetProperty("noNewPrivileges").GetBoolean());
        Assert.Equal(5, process.GetProperty("capabilities").EnumerateObject().Count(set => set.Value.GetArrayLength() == 0));
        Assert.Equal(["pid", "ipc", "uts", "mount", "cgroup", "network"], linux.GetProperty("namespaces").EnumerateArray().Select(n => n.GetProperty("type").GetString()));
        Assert.All(linux.GetProperty("namespaces").EnumerateArray(), n => Assert.False(n.TryGetProperty("path", out _)));
        Assert.Equal("SCMP_ACT_ERRNO", linux.GetProperty("seccomp").GetProperty("defaultAction").GetString());
        Assert.Contains("/proc/kallsyms", linux.GetProperty("maskedPaths").EnumerateArray().Select(p => p.GetString()));
        var resources = linux.GetProperty("resources");
        Assert.Equal((77 << 20, 99, 50_000), (resources.GetProperty("memory").GetProperty("limit").GetInt64(), resources.GetProperty("pids").GetProperty("limit").GetInt64(), resources.GetProperty("cpu").GetProperty("quota").GetInt64()));
        Assert.All(json.RootElement.GetProperty("mounts").EnumerateArray().Where(m => m.GetProperty("type").GetString() == "none"), m => Assert.Contains("ro", m.GetProperty("options").EnumerateArray().Select(o => o.GetString())));
        Assert.Equal(2, json.RootElement.GetProperty("mounts").EnumerateArray().Count(m => m.GetProperty("options").EnumerateArray().Any(o => o.GetString() == "size=5242880")));
    }

    private static uint Verdict(List<OciRule> rules, ulong[] arguments)
    {
        var said = rules.Where(r => r.Conditions.All(c => (arguments[c.Argument] & c.Mask) == c.Value)).Select(r => r.Errno).Distinct().ToList();
        Assert.True(said.Count <= 1, "Two rules say different things.");
        return said.Count == 0 ? SeccompFilter.NoSuchCall : said[0] is { } errno ? 0x0005_0000u | (uint)errno : SeccompFilter.Allow;
    }

    private static IEnumerable<ulong[]> Triples() =>
        from first in Values from second in (ulong[])[0, 1, 2, 3, 5, 0x5412, 0x5423, 0x1_0000_5412, 0x2000, 0x61B6, 0x81A4, 0x80801, 0x80005] from third in (ulong[])[0, 1, 2, 6, 17, 34, 35, 58, 0x1_0000_0006, 0x2000, 0x61B6, 0x81A4] select new[] { first, second, third };
}

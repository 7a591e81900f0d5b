using System.Text.Json;

namespace OpenInteractions.Sandboxes.Policy;

/// <summary>A start as a runtime of the OCI reads it: the <c>config.json</c> of a bundle with the same walls as <see cref="LaunchCommand"/>, and the command that runs it.</summary>
internal static class OciBundle
{
    private const int CpuPeriod = 100_000;

    public static IReadOnlyList<string> Command(LaunchPlan plan, OciLaunch oci) => [oci.Runtime, .. Flags(oci.Runtime), "--root", oci.States, "run", "--bundle", plan.Stage, oci.Id];

    /// <summary>The kernel of gVisor is its own; its network stack too, and that has to stay a loopback device.</summary>
    public static IReadOnlyList<string> Flags(string runtime) => Path.GetFileName(runtime).StartsWith("runsc", StringComparison.Ordinal) ? ["--network=none", "--ignore-cgroups=false"] : [];

    public static byte[] Write(LaunchPlan plan, OciLaunch oci, Processor processor)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion"u8, "1.0.2"u8);
            WriteProcess(json, plan);
            json.WriteStartObject("root"u8);
            json.WriteString("path"u8, "root"u8);
            // As with bwrap: what the agent may write there belongs to its uid and lies on its disk, and everything else is root's.
            json.WriteBoolean("readonly"u8, false);
            json.WriteEndObject();
            json.WriteString("hostname"u8, "sandbox"u8);
            WriteMounts(json, plan);
            json.WriteStartObject("linux"u8);
            WriteNamespaces(json, plan);
            WriteLimits(json, plan, oci);
            OciSeccomp.Write(json, processor);
            WriteList(json, "maskedPaths"u8, plan.Masked.Append("/proc/acpi").Append("/proc/scsi").Append("/sys/firmware"));
            WriteList(json, "readonlyPaths"u8, ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static void WriteProcess(Utf8JsonWriter json, LaunchPlan plan)
    {
        json.WriteStartObject("process"u8);
        json.WriteBoolean("terminal"u8, false);
        json.WriteStartObject("user"u8);
        json.WriteNumber("uid"u8, plan.Uid);
        json.WriteNumber("gid"u8, plan.Uid);
        json.WriteEndObject();
        WriteList(json, "args"u8, LaunchCommand.Init);
        WriteList(json, "env"u8, LaunchCommand.InitVariables(plan));
        json.WriteString("cwd"u8, LaunchCommand.Workspace);
        json.WriteStartObject("capabilities"u8);
        foreach (var set in (string[])["bounding", "effective", "inheritable", "permitted", "ambient"])
        {
            json.WriteStartArray(set);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteBoolean("noNewPrivileges"u8, true);
        json.WriteEndObject();
    }

    private static void WriteMounts(Utf8JsonWriter json, LaunchPlan plan)
    {
        json.WriteStartArray("mounts"u8);
        Mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev");
        Mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536");
        Mount("/dev/pts", "devpts", "devpts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620");
        foreach (var place in (string[])["/dev/shm", "/tmp"])
        {
            Mount(place, "tmpfs", "tmpfs", "nosuid", "nodev", "mode=1777", $"size={plan.Limits.TemporaryBytes}");
        }

        // Not what is mounted below them: a runtime makes the first of a tree read-only, and nothing says so of the rest.
        foreach (var (from, to) in plan.Shown.Concat(LaunchCommand.RuntimeParts(plan)))
        {
            Mount(to, "none", from, "bind", "ro", "nosuid", "nodev");
        }

        json.WriteEndArray();

        void Mount(string destination, string type, string source, params string[] options)
        {
            json.WriteStartObject();
            json.WriteString("destination"u8, destination);
            json.WriteString("type"u8, type);
            json.WriteString("source"u8, source);
            WriteList(json, "options"u8, options);
            json.WriteEndObject();
        }
    }

    private static void WriteNamespaces(Utf8JsonWriter json, LaunchPlan plan)
    {
        json.WriteStartArray("namespaces"u8);
        // With doors, the network namespace is there already, and the runtime starts in it.
        foreach (var space in (string[])["pid", "ipc", "uts", "mount", "cgroup", .. plan.HasDoors ? (string[])[] : ["network"]])
        {
            json.WriteStartObject();
            json.WriteString("type"u8, space);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLimits(Utf8JsonWriter json, LaunchPlan plan, OciLaunch oci)
    {
        if (oci.ControlGroup is null)
        {
            return; // the preflight tells which limits do not hold then
        }

        json.WriteString("cgroupsPath"u8, oci.ControlGroup);
        json.WriteStartObject("resources"u8);
        json.WriteStartObject("memory"u8);
        json.WriteNumber("limit"u8, plan.Limits.MemoryBytes);
        json.WriteEndObject();
        json.WriteStartObject("cpu"u8);
        json.WriteNumber("quota"u8, (long)(plan.Limits.Processors * CpuPeriod));
        json.WriteNumber("period"u8, CpuPeriod);
        json.WriteEndObject();
        json.WriteStartObject("pids"u8);
        json.WriteNumber("limit"u8, plan.Limits.Processes);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}

/// <summary>What a runtime of the OCI needs beside a plan.</summary>
/// <param name="Runtime">The program.</param>
/// <param name="States">Where it keeps what it knows of its containers.</param>
/// <param name="Id">What it calls this one.</param>
/// <param name="ControlGroup">The control group as it names them; null where there is none.</param>
internal sealed record OciLaunch(string Runtime, string States, string Id, string? ControlGroup);

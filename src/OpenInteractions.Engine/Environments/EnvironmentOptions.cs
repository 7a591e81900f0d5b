using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Environments;

/// <summary>What environments get, and how long they live. Configuration section <c>OpenInteractions:Environments</c>.</summary>
public sealed class EnvironmentOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Environments";

    /// <summary>Bytes of a disk; what is empty takes no room. Default 10 GiB.</summary>
    [Range(67_108_864, 1_099_511_627_776)]
    public long DiskBytes { get; set; } = 10L << 30;

    /// <summary>Bytes of memory of a sandbox. Default 2 GiB.</summary>
    [Range(134_217_728, 1_099_511_627_776)]
    public long MemoryBytes { get; set; } = 2L << 30;

    /// <summary>Processors that a sandbox may keep busy. Default 2.</summary>
    [Range(0.1, 1024.0)]
    public double Processors { get; set; } = 2;

    /// <summary>Processes and threads of a sandbox. Default 512.</summary>
    [Range(64, 32_768)]
    public int Processes { get; set; } = 512;

    /// <summary>Bytes of temporary files of a sandbox, which count as memory. Default 256 MiB.</summary>
    [Range(1_048_576, 1_099_511_627_776)]
    public long TemporaryBytes { get; set; } = 256L << 20;

    /// <summary>How long a sandbox that nobody uses lives; its files stay. Default 15 minutes (behaviour EN-10).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long an environment is kept after its last use. Default 7 days (behaviour EN-10).</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan KeepTime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The same for those that run the code of a conversation. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan CodeKeepTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Sandboxes that live at the same time on this host; for one more, the one that was used longest ago is stopped. Default 16.</summary>
    [Range(1, 10_000)]
    public int MaxLive { get; set; } = 16;

    /// <summary>How long a start waits while all sandboxes that may live are in use. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan StartWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether, while a sandbox lives, another one waits for the next new environment. It holds some megabytes; only a server that is root can do it. Default true.</summary>
    public bool WarmStart { get; set; } = true;

    /// <summary>How long an interaction waits for another one that uses the same environment; 0 refuses at once. Default 10 minutes (behaviour EN-13).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan UseWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one source may take to come. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan SourceTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Most bytes of a repository or an archive, as it comes and unpacked. Default 500 MB (behaviour EN-3).</summary>
    [Range(1_000, 100_000_000_000)]
    public long MaxSourceBytes { get; set; } = 500_000_000;

    /// <summary>Most bytes of all objects of a bucket that one source brings in. Default 2 GB (behaviour EN-3).</summary>
    [Range(1_000, 100_000_000_000)]
    public long MaxBucketBytes { get; set; } = 2_000_000_000;

    /// <summary>Where buckets of sources of type <c>gcs</c> are: the address of Google's storage, or of what speaks its JSON API.</summary>
    public string BucketEndpoint { get; set; } = "https://storage.googleapis.com";

    /// <summary>Registries of sources of type <c>skill_registry</c>, by their names: directories of this machine with a directory for each skill, or addresses below which <c>SKILL.tar.gz</c> is.</summary>
    public Dictionary<string, string> SkillRegistries { get; } = new(StringComparer.Ordinal);

    /// <summary>Most bytes of a file, or of an archive as it comes and unpacked, that is uploaded. Default 1 GB.</summary>
    [Range(1_000, 100_000_000_000)]
    public long MaxUploadBytes { get; set; } = 1_000_000_000;

    /// <summary>How long an upload may rest before it is erased. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "2.00:00:00")]
    public TimeSpan UploadLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a client may take for each megabyte of a file that he brings or fetches: meanwhile it holds a part of the sandbox. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan TransferPace { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Percent of the host's file system beyond which nothing new is begun. Default 90.</summary>
    [Range(1, 100)]
    public int MaxDiskUse { get; set; } = 90;

    /// <summary>Which host a new environment goes to. Default: this machine, or a worker where this machine runs no sandboxes.</summary>
    public EnvironmentPlacement Placement { get; set; } = EnvironmentPlacement.Local;

    /// <summary>How long a worker may be away before its environments count as lost. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan LostAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>When the files of an environment are kept as they are, so that an interaction can begin with them later. Default: at the end of each turn.</summary>
    public CheckpointPolicy Checkpoints { get; set; } = CheckpointPolicy.Turns;

    /// <summary>How many checkpoints of an environment are kept; the oldest go. Default 10.</summary>
    [Range(1, 1000)]
    public int MaxCheckpoints { get; set; } = 10;

    /// <summary>How long a checkpoint is kept, at most as long as its environment. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan CheckpointKeepTime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Bytes that one checkpoint may take, which bounds how long the end of a turn waits for it; of a larger disk none is kept. Default 1 GiB.</summary>
    [Range(16_777_216, 1_099_511_627_776)]
    public long MaxCheckpointBytes { get; set; } = 1L << 30;

    /// <summary>Bytes that all checkpoints of a host take together; beyond, the oldest of the project that has most make way. Default 20 GiB.</summary>
    [Range(16_777_216, 1_125_899_906_842_624)]
    public long CheckpointBytes { get; set; } = 20L << 30;

    /// <summary>What is wrong with the settings, each naming the setting.</summary>
    public IEnumerable<string> Problems()
    {
        if (!IsAddress(BucketEndpoint))
        {
            yield return $"{Section}:{nameof(BucketEndpoint)}: must be an absolute http or https address without user name, query and fragment.";
        }

        foreach (var (name, where) in SkillRegistries)
        {
            if (!SkillSource.IsName(name))
            {
                yield return $"{Section}:{nameof(SkillRegistries)}:{name}: a registry's name has letters, digits, '-', '_' and '.', and begins with a letter or a digit.";
            }

            if (Path.IsPathFullyQualified(where) ? !Directory.Exists(where) : !IsAddress(where))
            {
                yield return $"{Section}:{nameof(SkillRegistries)}:{name}: must be the absolute path of a directory that exists, or an absolute http or https address without user name, query and fragment.";
            }
        }
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        && address is { UserInfo: "", Query: "", Fragment: "" };
}

/// <summary>Which host a new environment goes to.</summary>
public enum EnvironmentPlacement
{
    /// <summary>This machine, or a worker where this machine runs no sandboxes.</summary>
    Local,

    /// <summary>The worker with the fewest live sandboxes.</summary>
    Workers,

    /// <summary>The host with the fewest live sandboxes.</summary>
    Any,
}

/// <summary>When checkpoints of environments are made.</summary>
public enum CheckpointPolicy
{
    /// <summary>Never. Those that there are can be used until they expire.</summary>
    None,

    /// <summary>When a turn that worked in an environment ends.</summary>
    Turns,
}

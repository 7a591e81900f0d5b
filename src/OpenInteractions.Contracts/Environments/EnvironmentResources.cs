using OpenInteractions.Contracts.Validation;
using OpenInteractions.Contracts.Workers;

namespace OpenInteractions.Contracts.Environments;

/// <summary>Makes an environment (wire 17).</summary>
public sealed record CreateEnvironmentRequest : WireObject
{
    /// <summary>What to put into it.</summary>
    public IReadOnlyList<EnvironmentSource>? Sources { get; init; }

    /// <summary>Variables inside it.</summary>
    [JsonConverter(typeof(EnvironmentVariablesConverter))]
    public IReadOnlyDictionary<string, StringOr<EnvironmentVariable>>? Env { get; init; }

    /// <summary><c>disabled</c>, or what may be reached (behaviour EN-7).</summary>
    [WireEnum("disabled")]
    [JsonConverter(typeof(StringOrConverter<NetworkRules>))]
    public StringOr<NetworkRules>? Network { get; init; }

    /// <summary>The environment that it begins as a copy of; then there are no sources and no variables.</summary>
    [NotEmpty]
    public string? FromEnvironment { get; init; }

    /// <summary>The interaction with whose files it begins, as they were when its turn ended; then there are no sources and no variables. Ours.</summary>
    [NotEmpty]
    public string? FromInteraction { get; init; }
}

/// <summary>An environment as it is read (wire 17). Numbers of 64 bits are strings.</summary>
public sealed record EnvironmentInfo : WireObject
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary><c>active</c>, or <c>expired</c> when it can be used no more.</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it changed last.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>When it was used last.</summary>
    public required DateTimeOffset LastAccessed { get; init; }

    /// <summary>What was put into it, without contents.</summary>
    public IReadOnlyList<EnvironmentSource>? Sources { get; init; }

    /// <summary>What it may reach, without headers.</summary>
    [JsonConverter(typeof(StringOrConverter<NetworkRules>))]
    public StringOr<NetworkRules>? Network { get; init; }

    /// <summary>Files in it when they were counted last.</summary>
    public required string FileCount { get; init; }

    /// <summary>Bytes of those files.</summary>
    public required string SizeBytes { get; init; }

    /// <summary>Ours: what it sees as its system: <c>host</c> for the programs of the server's machine, <c>built ID</c> or <c>path</c>. Absent where another server has it.</summary>
    public string? RootFilesystem { get; init; }

    /// <summary>Ours: the worker that has it, and how it stands with that. Absent where it is on a server.</summary>
    public EnvironmentWorker? Worker { get; init; }
}

/// <summary>A page of environments.</summary>
public sealed record EnvironmentList : WireObject
{
    /// <summary>The environments.</summary>
    public required IReadOnlyList<EnvironmentInfo> Environments { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>The files of an environment as they were at the end of a turn. Ours.</summary>
public sealed record EnvironmentCheckpoint : WireObject
{
    /// <summary>The id.</summary>
    public required string Id { get; init; }

    /// <summary>The environment.</summary>
    public required string EnvironmentId { get; init; }

    /// <summary>The interaction whose turn it was.</summary>
    public required string InteractionId { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it is deleted, unless its environment is before.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Bytes that it takes on the server's disk, as a string.</summary>
    public required string SizeBytes { get; init; }
}

/// <summary>A page of checkpoints.</summary>
public sealed record EnvironmentCheckpointList : WireObject
{
    /// <summary>The checkpoints.</summary>
    public required IReadOnlyList<EnvironmentCheckpoint> Checkpoints { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

/// <summary>A file or directory of an environment (wire 17.1).</summary>
public sealed record EnvironmentFile : WireObject
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its path from the root, without a slash before it.</summary>
    public required string Path { get; init; }

    /// <summary><c>file</c> or <c>directory</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Its media type by its name; empty for directories.</summary>
    public required string MimeType { get; init; }

    /// <summary>Bytes, as a string.</summary>
    public required string SizeBytes { get; init; }

    /// <summary>When it was made; absent where the file system does not know.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When its content changed last.</summary>
    public required DateTimeOffset Modified { get; init; }
}

/// <summary>A page of files, or those that an upload has written.</summary>
public sealed record EnvironmentFileList : WireObject
{
    /// <summary>The files.</summary>
    public required IReadOnlyList<EnvironmentFile> Files { get; init; }

    /// <summary>Gives the next page; absent on the last one.</summary>
    public string? NextPageToken { get; init; }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenInteractions.Sandboxes.Workers;

/// <summary>A message between a server and a worker, as JSON. Which fields it has, its kind says.</summary>
internal sealed record LineMessage
{
    /// <summary>From the worker, once, before all else. The server answers with the same when the worker is its host.</summary>
    public const string Hello = "hello";

    /// <summary>From the worker: it lives. The server answers with the same.</summary>
    public const string Beat = "beat";

    /// <summary>From the server: something to do.</summary>
    public const string Order = "order";

    /// <summary>From the server: not any more.</summary>
    public const string Cancel = "cancel";

    /// <summary>From the worker: what came of an order.</summary>
    public const string Reply = "reply";

    /// <summary>From the worker: a sandbox has ended, and nothing is left of it but its disk.</summary>
    public const string Ended = "ended";

    /// <summary>From the worker: it wants to go. From the server: it may.</summary>
    public const string Bye = "bye";

    public required string Kind { get; init; }

    /// <summary>The order that it is about, or the beat.</summary>
    public long Number { get; init; }

    /// <summary>What is to be done, by the name of the engine's method.</summary>
    public string? What { get; init; }

    public string? Disk { get; init; }

    /// <summary>Another disk: the one to copy.</summary>
    public string? Source { get; init; }

    public int Slot { get; init; }

    /// <summary>A size, a limit, a generation; in a reply what came out.</summary>
    public long? Value { get; init; }

    /// <summary>The stream that the worker opens for it.</summary>
    public string? Stream { get; init; }

    /// <summary>The sandbox to start.</summary>
    public LineStart? Start { get; init; }

    /// <summary>In a reply: why it was not done.</summary>
    public LineFault? Fault { get; init; }

    /// <summary>In a reply: what was found about walls and limits.</summary>
    public PreflightReport? Report { get; init; }

    /// <summary>In a hello: the engine's name.</summary>
    public string? Engine { get; init; }

    /// <summary>In a hello: the disks that there are, with their generations.</summary>
    public IReadOnlyDictionary<string, long>? Disks { get; init; }

    /// <summary>In a hello and a beat: how full the file system of the disks is.</summary>
    public int Used { get; init; }

    /// <summary>How a sandbox ended.</summary>
    public SandboxEnd? End { get; init; }
}

/// <summary>A sandbox to start.</summary>
internal sealed record LineStart
{
    public required string Id { get; init; }

    public required SandboxLimits Limits { get; init; }

    public bool HasNetwork { get; init; }

    /// <summary>The certificate that programs inside have to trust.</summary>
    public string? Authority { get; init; }
}

/// <summary>Why something was not done.</summary>
internal sealed record LineFault(SandboxErrorKind Kind, string Message, int Errno);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, UseStringEnumConverter = true)]
[JsonSerializable(typeof(LineMessage))]
internal sealed partial class LineJson : JsonSerializerContext;

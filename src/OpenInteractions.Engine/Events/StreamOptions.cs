using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Events;

/// <summary>How streams are kept open. Configuration section <c>OpenInteractions:Streams</c>.</summary>
public sealed class StreamOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Streams";

    /// <summary>Silence after which a comment keeps the connection open (behaviour BG-8). Default 15 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(15);
}

using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Api.Http;

/// <summary>The address of this server, bounds on requests, and on large ones that are in work at the same time. Configuration section <c>OpenInteractions:Requests</c>.</summary>
public sealed class RequestOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "OpenInteractions:Requests";

    private const int MostBodyLength = 100_000_000;

    /// <summary>The address under which clients reach this server, for answers that name one, when a proxy stands in front: with its path, if there is one. Without it, what the request says.</summary>
    public string? PublicAddress { get; set; }

    /// <summary>Largest body, in bytes. Default, and the most: 100 MB (behaviour MM-3).</summary>
    [Range(1_000, MostBodyLength)]
    public int MaxBodyLength { get; set; } = MostBodyLength;

    /// <summary>Bytes of large bodies, those beyond 1 MB, that are in work at the same time; more wait for their turn. Default 200 MB.</summary>
    [Range(100_000_000, 2_000_000_000)]
    public int LargeBodyBudget { get; set; } = 200_000_000;

    /// <summary>How long a large body waits for its turn before it is refused. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LargeBodyWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long each further megabyte of a large body may take to come before the body is refused. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan LargeBodyPace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many large bodies may wait to begin; more are refused at once. Default 64.</summary>
    [Range(0, 10_000)]
    public int LargeBodyQueue { get; set; } = 64;
}

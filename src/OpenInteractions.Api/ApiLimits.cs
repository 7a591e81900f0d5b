namespace OpenInteractions.Api;

/// <summary>Bounds that the web server itself must keep.</summary>
public static class ApiLimits
{
    /// <summary>Largest body, in bytes: 100 MB (behaviour MM-3).</summary>
    public const long MaxBodyLength = Http.RequestBytes.MaxLength;
}

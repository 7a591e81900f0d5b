namespace OpenInteractions.Engine.Tenancy;

/// <summary>Who makes a request.</summary>
/// <param name="Project">The project whose things the caller sees and makes. Every query names it.</param>
/// <param name="KeyId">The key that was shown, by its id, for logs; null in open mode.</param>
public sealed record Caller(string Project, string? KeyId)
{
    /// <summary>The project of callers without a key in open mode.</summary>
    public const string DefaultProject = "default";
}

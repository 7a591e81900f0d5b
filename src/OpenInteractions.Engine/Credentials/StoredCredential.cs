namespace OpenInteractions.Engine.Credentials;

/// <summary>A credential as it is kept. All that it holds is sealed.</summary>
public sealed record StoredCredential
{
    /// <summary>Orders credentials by their age, and is never used twice; 0 until it is kept.</summary>
    public long Number { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>What it is referred to by.</summary>
    public required string Id { get; init; }

    /// <summary>Its type on the wire.</summary>
    public required string Type { get; init; }

    /// <summary>True when what it holds is not taken any more.</summary>
    public bool IsRevoked { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When its owner changed it last.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>Grows with each change, its owner's and those of access tokens; given by the store.</summary>
    public long Version { get; init; }

    /// <summary>What it holds; empty in lists.</summary>
    public ReadOnlyMemory<byte> Sealed { get; init; }
}

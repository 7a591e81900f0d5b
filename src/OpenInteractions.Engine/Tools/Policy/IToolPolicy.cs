namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>Decides about calls of tools. Every policy that is added to the container is asked; what one of them does not allow is not allowed.</summary>
public interface IToolPolicy
{
    /// <summary>False when it has nothing to say about any call.</summary>
    bool IsActive { get; }

    /// <summary>True when it looks at results. An exception, or an answer that takes too long, counts as true: what is asked then denies.</summary>
    ValueTask<bool> ReadsResultsAsync(CancellationToken cancellationToken);

    /// <summary>Decides. An exception, or an answer that takes too long, denies.</summary>
    ValueTask<PolicyDecision> DecideAsync(PolicyQuestion question, CancellationToken cancellationToken);
}

/// <summary>When a policy is asked.</summary>
public enum PolicyPhase
{
    /// <summary>Before the call is made; of a client's function, before the client is told to make it.</summary>
    Before,

    /// <summary>When its result is there and the model has not seen it.</summary>
    After,
}

/// <summary>A call that is decided about.</summary>
public sealed record PolicyQuestion
{
    /// <summary>When.</summary>
    public required PolicyPhase Phase { get; init; }

    /// <summary>The function, as the model names it.</summary>
    public required string Function { get; init; }

    /// <summary>The type of its tool, such as <c>mcp_server</c>; <c>function</c> for the client's.</summary>
    public required string Kind { get; init; }

    /// <summary>What a remote server's tool is called there, and where that is; null for all other tools.</summary>
    public RemoteTarget? Remote { get; init; }

    /// <summary>True of a tool whose calls the model's vendor makes by itself: it is decided about once, as a whole, and neither arguments nor results are seen here.</summary>
    public bool IsUnseen { get; init; }

    /// <summary>The arguments, an object.</summary>
    public required JsonElement Arguments { get; init; }

    /// <summary>The result as text, in the phase <see cref="PolicyPhase.After"/>.</summary>
    public string? Result { get; init; }

    /// <summary>The project.</summary>
    public required string Project { get; init; }

    /// <summary>The agent that works, or null.</summary>
    public string? Agent { get; init; }

    /// <summary>The interaction.</summary>
    public required string InteractionId { get; init; }
}

/// <summary>A tool of a remote server.</summary>
/// <param name="Server">The name that the caller has given to the server.</param>
/// <param name="Tool">The name that the server has given to the tool.</param>
/// <param name="Address">Where the server is, without query; null when nobody knows any more, as of a result that a client brings.</param>
public sealed record RemoteTarget(string Server, string Tool, string? Address);

/// <summary>What was decided.</summary>
public enum PolicyVerdict
{
    /// <summary>The call may be made, or its result be used.</summary>
    Allow,

    /// <summary>It may not.</summary>
    Deny,

    /// <summary>Somebody must say yes first. Nobody can yet, so it denies.</summary>
    RequireApproval,
}

/// <summary>A decision.</summary>
/// <param name="Verdict">What was decided.</param>
/// <param name="Reason">Why, for the model.</param>
/// <param name="Rule">What decided, for the record, such as the name of a rule.</param>
public sealed record PolicyDecision(PolicyVerdict Verdict, string? Reason, string Rule)
{
    /// <summary>Nothing speaks against it.</summary>
    public static PolicyDecision Unopposed { get; } = new(PolicyVerdict.Allow, null, "none");
}

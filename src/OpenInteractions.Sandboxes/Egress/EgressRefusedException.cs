namespace OpenInteractions.Sandboxes.Egress;

/// <summary>A request or connection that is not let out. The message goes into the sandbox: it names what was asked for and the rule, and nothing of this server's network.</summary>
internal sealed class EgressRefusedException(string reason, EgressDecision decision = EgressDecision.Refused) : Exception(reason)
{
    public EgressDecision Decision => decision;
}

/// <summary>A request that was let out and got no usable answer.</summary>
internal sealed class EgressUnreachableException(string reason) : Exception(reason);

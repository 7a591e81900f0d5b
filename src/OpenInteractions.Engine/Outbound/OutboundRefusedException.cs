namespace OpenInteractions.Engine.Outbound;

/// <summary>
/// A request that this server does not make for a caller. The message is for the caller: it says what would be right, and nothing about what this
/// server's network looks like.
/// </summary>
public sealed class OutboundRefusedException : HttpRequestException
{
    internal OutboundRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>False when the address does no harm and only leads nowhere, as a ring of redirects does.</summary>
    public bool IsUnsafe { get; init; } = true;
}

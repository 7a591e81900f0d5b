using OpenInteractions.Engine.Outbound;

namespace OpenInteractions.Sandboxes.Egress;

/// <summary>The leave of one request or tunnel to go to one host, under one rule. It ends when the rule does.</summary>
internal sealed class Grant : IDisposable
{
    private readonly Action<Grant> _leave;
    private readonly CancellationTokenSource _cut = new();

    public Grant(CanonicalHost host, EgressRule rule, Action<Grant> leave) => (Host, Rule, _leave, Cut) = (host, rule, leave, _cut.Token);

    public CanonicalHost Host { get; }

    public EgressRule Rule { get; }

    /// <summary>Fires when the rule is gone.</summary>
    public CancellationToken Cut { get; }

    public void Revoke()
    {
        try
        {
            _cut.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    public void Dispose()
    {
        _leave(this);
        _cut.Dispose();
    }
}

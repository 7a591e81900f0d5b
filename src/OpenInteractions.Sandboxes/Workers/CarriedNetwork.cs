namespace OpenInteractions.Sandboxes.Workers;

/// <summary>The way out of a sandbox whose frames another host reads: here it is only known that there is one, and whom programs inside trust.</summary>
internal sealed class CarriedNetwork(string? authority) : ISandboxNetwork
{
    public IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>();

    public string? Authority => authority;

    public void Replace(SandboxNetworkSpec spec) => throw new NotSupportedException();

    public Task ServeAsync(SandboxConnection connection, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;
}

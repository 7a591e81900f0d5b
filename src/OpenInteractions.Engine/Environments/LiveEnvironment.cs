using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>What this process holds of an environment while somebody uses it, or its sandbox lives.</summary>
internal sealed class LiveEnvironment(string project, string id)
{
    public string Project => project;

    public string Id => id;

    /// <summary>One interaction at a time (behaviour EN-13).</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Starts, stops and copies follow each other.</summary>
    public SemaphoreSlim Starting { get; } = new(1);

    /// <summary>Changes of the row follow each other: each reads it first.</summary>
    public SemaphoreSlim Row { get; } = new(1);

    /// <summary>Who uses it or waits for it; guarded by the collection's lock.</summary>
    public int Users { get; set; }

    /// <summary>Those of them who have had the sandbox; guarded by the collection's lock.</summary>
    public int Holders { get; set; }

    /// <summary>Completed when nobody holds the sandbox any more; set by who waits for that.</summary>
    public TaskCompletionSource? Unheld { get; set; }

    /// <summary>When the last of them left.</summary>
    public DateTimeOffset Left { get; set; }

    /// <summary>The live sandbox; changed under <see cref="Starting"/>.</summary>
    public ISandbox? Sandbox { get; private set; }

    /// <summary>Its way out.</summary>
    public ISandboxNetwork? Network { get; private set; }

    /// <summary>The variables that it was started with.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; private set; } = new Dictionary<string, string>();

    /// <summary>What was asked for, as far as the sandbox has it.</summary>
    public ReadOnlyMemory<byte> Applied { get; set; }

    /// <summary>Completes when the end of the sandbox was seen to.</summary>
    public Task Watching { get; set; } = Task.CompletedTask;

    public void Set(ISandbox sandbox, ISandboxNetwork? network, IReadOnlyDictionary<string, string> variables) =>
        (Sandbox, Network, Variables) = (sandbox, network, variables);

    public (ISandbox? Sandbox, ISandboxNetwork? Network) Take()
    {
        var taken = (Sandbox, Network);
        (Sandbox, Network, Applied) = (null, null, default);
        return taken;
    }
}

using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Engine.Environments;

/// <summary>What a sandbox gets, by what was asked for of its environment.</summary>
internal static class LiveSpecs
{
    public static SandboxSpec Of(StoredEnvironment row, IReadOnlyDictionary<string, string> variables, ISandboxNetwork? network, EnvironmentOptions options)
    {
        var all = new Dictionary<string, string>(variables, StringComparer.Ordinal);
        foreach (var (name, value) in network?.Variables ?? new Dictionary<string, string>())
        {
            all[name] = value; // the way out is not the caller's to move
        }

        return new SandboxSpec
        {
            Id = row.Id,
            Disk = row.Id,
            Slot = row.Slot,
            Network = network,
            Environment = all,
            Limits = new SandboxLimits { MemoryBytes = options.MemoryBytes, Processors = options.Processors, Processes = options.Processes, TemporaryBytes = options.TemporaryBytes },
        };
    }

    public static SandboxNetworkSpec NetworkOf(StoredEnvironment row, EnvironmentSpec spec) => new()
    {
        Project = row.Project,
        EnvironmentId = row.Id,
        Rules = spec.Network,
        CredentialVariables = spec.Env?.Where(v => v.Value.Value?.Credential is not null).ToDictionary(v => v.Key, v => v.Value.Value!.Credential!) ?? [],
    };

    public static Dictionary<string, string> Literals(EnvironmentSpec spec) =>
        spec.Env?.Where(v => (v.Value.Text ?? v.Value.Value!.Value) is not null).ToDictionary(v => v.Key, v => v.Value.Text ?? v.Value.Value!.Value!) ?? [];

    public static bool Same(Dictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(v => other.TryGetValue(v.Key, out var value) && value == v.Value);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Workers;
using OpenInteractions.Sandboxes.Egress;
using OpenInteractions.Sandboxes.Linux;
using OpenInteractions.Sandboxes.Roots;
using OpenInteractions.Sandboxes.Workers;

namespace OpenInteractions.Sandboxes;

/// <summary>Registers the engine of sandboxes that this machine has.</summary>
public static class SandboxesFeature
{
    /// <summary>Adds it. Nothing is opened, and no wall is tried, before somebody needs a sandbox.</summary>
    /// <param name="services">The services.</param>
    /// <param name="directory">Where disks lie unless the settings say otherwise; absolute.</param>
    public static IServiceCollection AddSandboxes(this IServiceCollection services, string directory)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddCheckedOptions<SandboxOptions>(SandboxOptions.Section);
        services.AddCheckedOptions<OciOptions>(OciOptions.Section);
        services.AddSingleton<IValidateOptions<SandboxOptions>, Validation>();
        services.AddSingleton<IValidateOptions<OciOptions>, RuntimeValidation>();
        services.AddSingleton<INetworkRuleReader, NetworkRuleReader>();
        services.AddSandboxNetworks();
        services.AddSingleton<IWorkerGate, WorkerGate>();
        services.AddSingleton(s => HostOf(s.GetRequiredService<IOptions<SandboxOptions>>().Value, s.GetRequiredService<IOptions<OciOptions>>().Value, directory));
        return services;
    }

    private static SandboxHost HostOf(SandboxOptions options, OciOptions oci, string directory)
    {
        if (options.Engine == SandboxEngine.None)
        {
            return new SandboxHost($"its operator runs none ({SandboxOptions.Section}:{nameof(SandboxOptions.Engine)})", directory);
        }

        if (!OperatingSystem.IsLinux())
        {
            return new SandboxHost("they need Linux", directory);
        }

        if (options.Engine == SandboxEngine.Oci && !Native.IsRoot)
        {
            return new SandboxHost("its engine 'oci' needs a server that is root", directory);
        }

        if (options.Engine == SandboxEngine.Oci && !File.Exists(oci.Runtime))
        {
            return new SandboxHost($"the program of {OciOptions.Section}:{nameof(OciOptions.Runtime)} is not there", directory);
        }

        if (options.Engine == SandboxEngine.Bubblewrap && !Tool.Exists("bwrap"))
        {
            return new SandboxHost("bubblewrap is not installed on it ('apt-get install bubblewrap', and start the server again)", directory);
        }

        options.OciRuntime = oci.Runtime;
        options.Directory = string.IsNullOrEmpty(options.Directory) ? directory : options.Directory;
        return new SandboxHost(options.Directory, () => WorkerDirectory.NameOf(options.Directory), () => new BubblewrapEngine(options), new RootCatalog(options.Directory, options.RootFileSystem).NameFor);
    }

    private sealed class RuntimeValidation : IValidateOptions<OciOptions>
    {
        public ValidateOptionsResult Validate(string? name, OciOptions options) =>
            Path.IsPathFullyQualified(options.Runtime) ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail($"{OciOptions.Section}:{nameof(OciOptions.Runtime)}: must be an absolute path.");
    }

    private sealed class Validation : IValidateOptions<SandboxOptions>
    {
        public ValidateOptionsResult Validate(string? name, SandboxOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}

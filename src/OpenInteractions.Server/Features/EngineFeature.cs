using Microsoft.Extensions.Options;
using OpenInteractions.Api.Health;
using OpenInteractions.Contracts.Keys;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Credentials;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Events;
using OpenInteractions.Engine.FileSearch;
using OpenInteractions.Engine.Interactions;
using OpenInteractions.Engine.Nodes;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Runs;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Engine.Settings;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Tools.Policy;
using OpenInteractions.Engine.Turns;
using OpenInteractions.Engine.Workers;

namespace OpenInteractions.Server.Features;

/// <summary>The engine's parts, and the order in which they start and stop: the journal before the worker, so that it stops after it, and the drain between them.</summary>
internal static class EngineFeature
{
    public static void AddEngine(this IServiceCollection services, ServerData data)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<InteractionId>();
        AddHosted<SignatureKey>(services);
        // Settings are checked with providers that have the envelope, before the store is opened.
        services.AddSingleton<ISignatureEnvelope>(s => new SignatureEnvelope(() => s.GetRequiredService<SignatureKey>().Read()));
        services.AddCheckedOptions<SecretOptions>(SecretOptions.Section);
        services.AddSingleton<IValidateOptions<SecretOptions>, SecretValidation>();
        services.AddSingleton<ISecretBox>(s => new SecretBox(() => s.GetRequiredService<IOptions<SecretOptions>>().Value.KeyBytes() ?? s.GetRequiredService<SignatureKey>().Read()));
        services.AddSingleton<KeptRequests>();
        services.AddSingleton(new ApiKeyFile(data.KeyFile));
        services.AddSingleton(s => new ApiKeyRing(
            s.GetRequiredService<IApiKeyStore>(),
            isOpen: s.GetRequiredService<IConfiguration>().IsOpenOnPurpose(),
            isPrivate: s.GetRequiredService<IConfiguration>().ReachableAddress() is null,
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<ApiKeyRing>>()));
        services.AddSingleton<ApiKeyImport>();
        AddHosted<ApiKeyWatch>(services);

        services.AddCheckedOptions<LocalAccessOptions>(LocalAccessOptions.Section);
        services.AddSingleton<IValidateOptions<LocalAccessOptions>, LocalAccessValidation>();
        services.AddCheckedOptions<OutboundOptions>(OutboundOptions.Section);
        services.AddSingleton<IValidateOptions<OutboundOptions>, OutboundValidation>();
        services.AddOutboundGuard();
        services.AddCheckedOptions<RunOptions>(RunOptions.Section);
        services.AddCheckedOptions<StreamOptions>(StreamOptions.Section);
        services.AddCheckedOptions<RetentionOptions>(RetentionOptions.Section);
        services.AddCheckedOptions<AgentOptions>(AgentOptions.Section);
        services.AddSingleton<IValidateOptions<AgentOptions>, AgentValidation>();
        services.AddSingleton<ConversationChain>();
        services.AddSingleton<RunRegistry>();
        services.AddSingleton<RunLimits>();
        services.AddSingleton<RunBacklog>();
        services.AddSingleton<EngineInstruments>();
        services.AddSingleton<StructuredOutput>();
        services.AddCheckedOptions<ToolOptions>(ToolOptions.Section);
        services.AddCheckedOptions<ToolPolicyOptions>(ToolPolicyOptions.Section);
        services.AddSingleton<IToolPolicy, RuleFilePolicy>();
        services.AddSingleton<ToolGate>();
        services.AddSingleton<ToolKinds>();
        services.AddSingleton<ToolCallRunner>();
        services.AddSingleton<SealedReadings>();
        services.AddSingleton<ToolTurns>();
        services.AddSingleton<RunExecutor>();
        services.AddSingleton<EventStreams>();
        services.AddSingleton<CreateInteraction>();
        services.AddSingleton<GetInteraction>();
        services.AddSingleton<CancelInteraction>();
        services.AddSingleton<DeleteInteraction>();
        services.AddSingleton<MetricsText>();
        services.AddSingleton<NodeState>();

        services.AddSingleton<ForeignReaders>();
        services.AddSingleton<RunNews>();
        services.AddSingleton<BatchAppender>();
        services.AddSingleton<StorePatience>();

        AddHosted<ContinuedIds>(services);
        services.AddEnvironments(); // stops after the runs that use them
        AddHosted<JournalWriter>(services);
        AddHosted<LeaseKeeper>(services);
        AddHosted<CancelWatch>(services);
        AddHosted<RunDrain>(services);
        AddHosted<RunWorker>(services);
        AddHosted<NodeListener>(services);
        AddHosted<RetentionSweeper>(services);
        services.AddFileSearchStores();
        services.AddCredentials();
        services.AddWorkers();
        services.AddAgents();
        services.AddOptions<HostOptions>().Configure<IConfiguration>(SetShutdownTimeout);
    }

    /// <summary>The whole stop: the time of the answers, and what handing over and the web server need besides. Read leniently: the host asks before the settings are checked.</summary>
    private static void SetShutdownTimeout(HostOptions host, IConfiguration configuration)
    {
        var runs = new RunOptions();
        _ = CheckedSettings.Read(configuration, RunOptions.Section, runs);
        var most = TimeSpan.FromMinutes(10);
        host.ShutdownTimeout = (runs.StopPatience < most ? runs.StopPatience : most) + TimeSpan.FromSeconds(20);
    }

    private sealed class LocalAccessValidation : IValidateOptions<LocalAccessOptions>
    {
        public ValidateOptionsResult Validate(string? name, LocalAccessOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }

    private sealed class OutboundValidation : IValidateOptions<OutboundOptions>
    {
        public ValidateOptionsResult Validate(string? name, OutboundOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }

    private sealed class AgentValidation : IValidateOptions<AgentOptions>
    {
        public ValidateOptionsResult Validate(string? name, AgentOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }

    private sealed class SecretValidation : IValidateOptions<SecretOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecretOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }

    private static void AddHosted<T>(IServiceCollection services)
        where T : class, IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(s => s.GetRequiredService<T>());
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Agents;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Diagnostics;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Secrets;
using OpenInteractions.Engine.Tools;
using OpenInteractions.Engine.Turns;

namespace OpenInteractions.Engine.Tests.Agents;

/// <summary>The environment of a definition: what is asked of those who make environments, and what is shown of it.</summary>
public sealed class AgentEnvironmentTests
{
    private static readonly StructuredOutput Structured = new(new EngineInstruments(), NullLogger<StructuredOutput>.Instance);

    private static readonly EnvironmentSpec Spec = new()
    {
        Type = "remote",
        EnvironmentId = "env_1",
        Env = new Dictionary<string, StringOr<EnvironmentVariable>> { ["KEY"] = new("SECRET") },
        Sources = [new EnvironmentSource { Type = "inline", Target = "/workspace/a", Content = "SECRET" }, new EnvironmentSource { Type = "repository", Source = "https://git.example/a.git?token=SECRET", Target = "/workspace/b" }],
        Network = new StringOr<NetworkRules>(new NetworkRules
        {
            Allowlist = new NetworkAllowlist([new AllowlistEntry { Domain = "api.example.com", Credential = "crm", Transform = new OneOrMany<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["X-Key"] = "SECRET" }) }]),
        }),
    };

    [Fact]
    public async Task Without_sandboxes_or_while_none_can_be_started_it_is_refused_with_the_reason()
    {
        Assert.Contains("no sandboxes", (await RefusedAsync(new AgentRules(ToolKinds.None, Structured, BuiltIn, null, null), new("remote"))).Message, StringComparison.Ordinal);
        Assert.Contains("bwrap is missing", (await RefusedAsync(Rules(new Makers { Unavailable = "bwrap is missing" }), new("remote"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_id_is_looked_for_in_the_project_and_remote_is_none()
    {
        var makers = new Makers();
        await Rules(makers).CheckAsync("p", Agent(new("remote")), default);
        await Rules(makers).CheckAsync("p", Agent(new("env_1")), default);
        await Rules(makers).CheckAsync("p", Agent(new(Spec)), default);

        Assert.Equal(["p env_1 base_environment", "base_environment", "p env_1 base_environment.environment_id"], makers.Asked);
        Assert.Equal(ErrorCode.NotFound, (await RefusedAsync(Rules(makers), new("env_2"))).Code);
        Assert.Equal("base_environment.sources", (await RefusedAsync(Rules(makers), new(Spec with { Sources = [] }))).Field);
    }

    [Fact]
    public void Nothing_that_may_be_a_secret_is_shown_and_all_of_it_is_kept()
    {
        var forms = new AgentForms(new SecretBox(() => new byte[SecretBox.KeySize]), NullLogger<AgentForms>.Instance);
        var kept = forms.Seal("p", 3, Agent(new(Spec)));
        var stored = new StoredAgent { Project = "p", Id = "a", Version = 3, Created = default, Updated = default, Sealed = kept };

        var opened = forms.Open(stored);
        var shown = System.Text.Json.JsonSerializer.Serialize(AgentForms.Show(opened), WireJson.Wire.Agent);

        Assert.Equal("SECRET", opened.BaseEnvironment!.Value!.Sources![0].Content);
        Assert.Equal(
            """{"id":"a","base_agent":"antigravity","base_environment":{"type":"remote","environment_id":"env_1","sources":[{"type":"inline","target":"/workspace/a"},{"type":"repository","source":"https://git.example/a.git","target":"/workspace/b"}],"network":{"allowlist":[{"domain":"api.example.com","credential":"crm"}]}}}""",
            shown);
        foreach (var moved in new[] { stored with { Version = 2 }, stored with { Id = "c" }, stored with { Project = "q" } })
        {
            Assert.Equal(ErrorCode.FailedPrecondition, Assert.Throws<ApiException>(() => forms.Open(moved)).Code);
        }
    }

    private static AgentDirectory BuiltIn { get; } = new(Microsoft.Extensions.Options.Options.Create(new AgentOptions()));

    private static AgentRules Rules(Makers makers) => new(ToolKinds.None, Structured, BuiltIn, makers, makers);

    private static Agent Agent(StringOr<EnvironmentSpec> environment) => new() { Id = "a", BaseAgent = "antigravity", BaseEnvironment = environment };

    private static Task<ApiException> RefusedAsync(AgentRules rules, StringOr<EnvironmentSpec> environment) =>
        Assert.ThrowsAsync<ApiException>(() => rules.CheckAsync("p", Agent(environment), default).AsTask());

    /// <summary>Knows one environment, and takes no empty lists.</summary>
    private sealed class Makers : IEnvironments, IEnvironmentSpecRules
    {
        public string? Unavailable { get; init; }

        public List<string> Asked { get; } = [];

        public bool IsOffered => true;

        public ValueTask<string?> UnavailableAsync(CancellationToken cancellationToken) => new(Unavailable);

        public Task<StoredEnvironment> RequireAsync(string project, string id, string field, CancellationToken cancellationToken)
        {
            Asked.Add($"{project} {id} {field}");
            return id == "env_1" ? Task.FromResult<StoredEnvironment>(null!) : throw new ApiException(ErrorCode.NotFound, "There is none.", field);
        }

        public void Check(EnvironmentSpec spec, string field)
        {
            Asked.Add(field);
            if (spec.Sources is { Count: 0 })
            {
                throw new ApiException(ErrorCode.InvalidRequest, "It is empty.", $"{field}.sources");
            }
        }

        public Task<StoredEnvironment> CreateAsync(string project, EnvironmentRequest request, string field, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StoredEnvironment> ChangeAsync(string project, string id, EnvironmentSpec spec, string field, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<StoredEnvironment> OfChainAsync(string project, string chainId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IEnvironmentUse> EnterAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

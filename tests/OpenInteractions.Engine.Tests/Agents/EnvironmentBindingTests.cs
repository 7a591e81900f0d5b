using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Contracts.Errors;
using OpenInteractions.Contracts.Interactions;
using OpenInteractions.Contracts.Json;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;
using OpenInteractions.Testing;

namespace OpenInteractions.Engine.Tests.Agents;

/// <summary>EN-1, CA-3 to CA-5: which environment an interaction gets.</summary>
public sealed class EnvironmentBindingTests
{
    private static readonly AgentDefinition Plain = new() { Id = "antigravity" };

    private readonly RecordedEnvironments _environments = new();

    [Theory]
    [InlineData("""{"model":"m","input":"x"}""", false, "")]
    [InlineData("""{"model":"m","input":"x","environment":"remote"}""", false, "new {}")]
    [InlineData("""{"model":"m","input":"x","environment":"env_1"}""", false, "use env_1")]
    [InlineData("""{"agent":"antigravity","input":"x"}""", true, "new {}")]
    [InlineData("""{"agent":"antigravity","input":"x","environment":{"type":"remote","network":"disabled"}}""", true, """new {"type":"remote","network":"disabled"}""")]
    [InlineData("""{"agent":"antigravity","input":"x","environment":{"type":"remote","environment_id":"env_2","network":"disabled"}}""", true, """change env_2 {"type":"remote","network":"disabled"}""")]
    [InlineData("""{"agent":"antigravity","input":"x","environment":{"type":"remote","from_interaction":"int_1","network":"disabled"}}""", true, """restore int_1 {"type":"remote","network":"disabled"}""")]
    [InlineData("""{"model":"m","input":"x","environment":{"type":"remote","from_interaction":"int_1"}}""", false, """restore int_1 {"type":"remote"}""")]
    [InlineData("""{"model":"m","input":"x","environment":{"type":"remote","environment_id":"env_2","from_interaction":"int_1"}}""", false, """change env_2 {"type":"remote","from_interaction":"int_1"}""")]
    [Rule("EN-1")]
    public async Task Each_form_means_what_it_says(string request, bool isAgent, string done)
    {
        await BindAsync(request, isAgent ? Plain : null);

        Assert.Equal(done, string.Join("; ", _environments.Done));
    }

    [Fact]
    [Rule("CA-3")]
    public async Task A_base_environment_is_copied_and_what_the_call_asks_for_is_put_on_top()
    {
        var agent = Plain with { BaseEnvironment = new("env_base") };

        await BindAsync("""{"agent":"mine","input":"x"}""", agent);
        await BindAsync("""{"agent":"mine","input":"x","environment":{"type":"remote","network":"disabled"}}""", agent);

        Assert.Equal(["fork env_base", "fork env_base", """change env_new {"type":"remote","network":"disabled"}"""], _environments.Done);
    }

    [Fact]
    public async Task The_files_of_an_interaction_take_the_place_of_the_base_environment()
    {
        await BindAsync("""{"agent":"mine","input":"x","environment":{"type":"remote","from_interaction":"int_1"}}""", Plain with { BaseEnvironment = new("env_base") });

        Assert.Equal(["""restore int_1 {"type":"remote"}"""], _environments.Done);
    }

    [Fact]
    [Rule("CA-5")]
    public async Task Rules_of_a_call_replace_those_of_the_agent_and_its_sources_stay()
    {
        var basis = JsonSerializer.Deserialize("""{"type":"remote","sources":[{"type":"inline","target":"a.txt","content":"a"}],"env":{"A":"1","B":"1"},"network":{"allowlist":[{"domain":"a.example"}]}}""", WireJson.Wire.EnvironmentSpec)!;

        await BindAsync(
            """{"agent":"mine","input":"x","environment":{"type":"remote","sources":[{"type":"inline","target":"b.txt","content":"b"}],"env":{"B":"2"},"network":{"allowlist":[{"domain":"b.example"}]}}}""",
            Plain with { BaseEnvironment = new(basis) });

        Assert.Equal(
            """new {"type":"remote","sources":[{"type":"inline","target":"a.txt","content":"a"},{"type":"inline","target":"b.txt","content":"b"}],"env":{"A":"1","B":"2"},"network":{"allowlist":[{"domain":"b.example"}]}}""",
            Assert.Single(_environments.Done));
    }

    [Theory]
    [InlineData("""{"model":"m","input":"x","environment":"remote"}""", "'environment' is not available on this server")]
    [InlineData("""{"agent":"antigravity","input":"x"}""", "An agent needs an environment, which is not available on this server")]
    public void Without_sandboxes_it_is_refused_by_name(string request, string message)
    {
        foreach (var binding in new[] { Binding(null), Binding(new RecordedEnvironments { IsOffered = false }) })
        {
            var refused = Assert.Throws<ApiException>(() => binding.Require(Read(request)));

            Assert.Equal((ErrorCode.FailedPrecondition, "environment"), (refused.Code, refused.Field));
            Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_the_machine_does_not_enforce_is_told_before_anything_is_made()
    {
        var environments = new RecordedEnvironments { Why = "its memory cannot be limited" };

        var refused = await Assert.ThrowsAsync<ApiException>(() => Binding(environments).BindAsync(TestCaller, Read("""{"model":"m","input":"x","environment":"remote"}"""), null, default));

        Assert.Equal("'environment' is not available on this server: its memory cannot be limited.", refused.Message);
        Assert.Empty(environments.Done);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_that_cannot_be_changed_as_asked_is_taken_back_and_the_refusal_is_told(bool failsToDelete)
    {
        var environments = new RecordedEnvironments
        {
            ChangeFault = new ApiException(ErrorCode.InvalidRequest, "No.", "environment.sources"), DeleteFault = failsToDelete ? new ApiException(ErrorCode.ServiceUnavailable, "Later.") : null,
        };

        var refused = await Assert.ThrowsAsync<ApiException>(() => Binding(environments).BindAsync(
            TestCaller, Read("""{"agent":"mine","input":"x","environment":{"type":"remote","network":"disabled"}}"""), Plain with { BaseEnvironment = new("env_base") }, default));

        Assert.Equal("No.", refused.Message);
        Assert.Equal("delete env_new", environments.Done[^1]);
    }

    [Theory]
    [InlineData("""{"agent":"antigravity","input":"x"}""", true)]
    [InlineData("""{"agent":"antigravity","input":"x","environment":{"type":"remote","from_interaction":"int_1"}}""", true)]
    [InlineData("""{"agent":"antigravity","input":"x","environment":"env_1"}""", false)]
    [InlineData("""{"agent":"antigravity","input":"x","environment":{"type":"remote","environment_id":"env_2"}}""", false)]
    public async Task It_is_known_which_environments_were_made(string request, bool isNew) => Assert.Equal(isNew, (await BindAsync(request, Plain))!.IsNew);

    private static Caller TestCaller => new("default", null);

    private static EnvironmentBinding Binding(IEnvironments? environments) => new(null!, NullLogger<EnvironmentBinding>.Instance, environments);

    private Task<BoundEnvironment?> BindAsync(string request, AgentDefinition? agent)
    {
        var binding = Binding(_environments);
        binding.Require(Read(request));
        return binding.BindAsync(TestCaller, Read(request), agent, default);
    }

    private static CreateInteractionRequest Read(string json) => JsonSerializer.Deserialize(json, WireJson.Wire.CreateInteractionRequest)!;

    private sealed class RecordedEnvironments : IEnvironments
    {
        public List<string> Done { get; } = [];

        public bool IsOffered { get; init; } = true;

        public string? Why { get; init; }

        public ApiException? ChangeFault { get; init; }

        public Exception? DeleteFault { get; init; }

        public Task DeleteAsync(string project, string id, CancellationToken cancellationToken)
        {
            Done.Add($"delete {id}");
            return DeleteFault is null ? Task.CompletedTask : Task.FromException(DeleteFault);
        }

        public ValueTask<string?> UnavailableAsync(CancellationToken cancellationToken) => new(Why);

        public Task<StoredEnvironment> CreateAsync(string project, EnvironmentRequest request, string field, CancellationToken cancellationToken)
        {
            Done.Add(request.FromInteraction is { } interaction ? $"restore {interaction} {Text(request.Spec)}" : request.ForkOf is { } source ? $"fork {source}" : $"new {Text(request.Spec)}");
            return Task.FromResult(Of("env_new"));
        }

        public Task<StoredEnvironment> ChangeAsync(string project, string id, EnvironmentSpec spec, string field, CancellationToken cancellationToken)
        {
            Done.Add($"change {id} {Text(spec)}");
            if (ChangeFault is { } fault)
            {
                throw fault;
            }

            return Task.FromResult(Of(id));
        }

        public Task<StoredEnvironment> RequireAsync(string project, string id, string field, CancellationToken cancellationToken)
        {
            Done.Add($"use {id}");
            return Task.FromResult(Of(id));
        }

        public Task<StoredEnvironment> OfChainAsync(string project, string chainId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IEnvironmentUse> EnterAsync(string project, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static string Text(EnvironmentSpec? spec) => spec is null ? "{}" : JsonSerializer.Serialize(spec, WireJson.Wire.EnvironmentSpec);

        private static StoredEnvironment Of(string id) => new()
        {
            Project = "default", Id = id, Host = "h", State = EnvironmentState.Ready, Created = default, Updated = default, LastAccessed = default, Shown = default, Sealed = default,
        };
    }
}

using Microsoft.Extensions.Logging;
using OpenInteractions.Contracts.Environments;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Storage;
using OpenInteractions.Engine.Tenancy;

namespace OpenInteractions.Engine.Agents;

/// <summary>Finds or makes the environment of an interaction (behaviour EN-1, EN-2, EN-9, CA-3 to CA-5).</summary>
public sealed partial class EnvironmentBinding(IInteractionStore store, ILogger<EnvironmentBinding> logger, IEnvironments? environments = null)
{
    private const string Field = "environment";
    private const string Remote = "remote";

    /// <summary>Refuses what will never be had, before anything else is done.</summary>
    /// <param name="request">The request.</param>
    /// <exception cref="ApiException">This server has no environments, or the form is wrong.</exception>
    public void Require(CreateInteractionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Environment is null && request.Agent is null)
        {
            return;
        }

        if (environments?.IsOffered != true)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"{(request.Environment is null ? "An agent needs an environment, which" : $"'{Field}'")} is not available on this server: it runs no sandboxes.", Field);
        }

        if (request.Environment is { Text: { } text } && string.IsNullOrWhiteSpace(text))
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value for '{Field}': give '{Remote}' for a new environment, the id of one, or an object.", Field);
        }
    }

    /// <summary>The environment that an interaction uses; null when it has none. One that was made is to be given back by <see cref="DiscardAsync"/> when the interaction is refused after all.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="request">The request.</param>
    /// <param name="agent">The agent, or null.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    /// <exception cref="ApiException">There is none of that id (404), or it cannot be made.</exception>
    public async Task<BoundEnvironment?> BindAsync(Caller caller, CreateInteractionRequest request, AgentDefinition? agent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (environments is null || (request.Environment is null && agent is null))
        {
            return null;
        }

        var project = caller.Project;
        if (await environments.UnavailableAsync(cancellationToken) is { } why)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, $"'{Field}' is not available on this server: {why}.", Field);
        }

        switch (request.Environment)
        {
            case null when await OfParentAsync(project, request.PreviousInteractionId, cancellationToken) is { } before:
                return Existing(await environments.RequireAsync(project, before, "previous_interaction_id", cancellationToken));
            case null or { Text: Remote }:
                return new BoundEnvironment(await NewAsync(project, agent?.BaseEnvironment, own: null, cancellationToken), IsNew: true);
            case { Text: { } id }:
                return Existing(await environments.RequireAsync(project, id, Field, cancellationToken));
            case { Value: { FromInteraction: { } interaction, EnvironmentId: null } spec }:
                return new BoundEnvironment((await environments.CreateAsync(project, new EnvironmentRequest { Spec = spec with { FromInteraction = null }, FromInteraction = interaction }, Field, cancellationToken)).Id, IsNew: true);
            case { Value: { EnvironmentId: { } id } spec }:
                return Existing(await environments.ChangeAsync(project, id, spec with { EnvironmentId = null }, Field, cancellationToken));
            default:
                return new BoundEnvironment(await NewAsync(project, agent?.BaseEnvironment, request.Environment.Value, cancellationToken), IsNew: true);
        }
    }

    /// <summary>Takes an environment back whose id nobody was told: the interaction that it was made for is refused.</summary>
    /// <param name="project">The project.</param>
    /// <param name="id">The environment.</param>
    public async Task DiscardAsync(string project, string id)
    {
        try
        {
            await environments!.DeleteAsync(project, id, CancellationToken.None);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The refusal is what the caller must hear. What is left expires as every environment does.
            LogLeft(exception, id);
        }
    }

    private async Task<string> NewAsync(string project, StringOr<EnvironmentSpec>? basis, EnvironmentSpec? own, CancellationToken cancellationToken)
    {
        var request = basis switch
        {
            null or { Text: Remote } => new EnvironmentRequest { Spec = own },
            { Text: { } id } => new EnvironmentRequest { ForkOf = id },
            { Value.EnvironmentId: { } id } => new EnvironmentRequest { ForkOf = id },
            { Value: var spec } => new EnvironmentRequest { Spec = Over(spec!, own) },
        };
        var made = await environments!.CreateAsync(project, request, Field, cancellationToken);
        var changes = request.ForkOf is null ? null : Over(basis!.Value ?? new EnvironmentSpec { Type = Remote }, own) with { EnvironmentId = null };
        if (changes is null or { Sources: null, Env: null, Network: null })
        {
            return made.Id;
        }

        try
        {
            return (await environments.ChangeAsync(project, made.Id, changes, Field, cancellationToken)).Id;
        }
        catch
        {
            await DiscardAsync(project, made.Id);
            throw;
        }
    }

    private static BoundEnvironment Existing(StoredEnvironment environment) => new(environment.Id, IsNew: false);

    /// <summary>What a call asks for over what the agent has: sources are added, variables win by name, and rules replace all earlier ones (behaviour CA-5).</summary>
    private static EnvironmentSpec Over(EnvironmentSpec basis, EnvironmentSpec? own) => own is null ? basis : basis with
    {
        Sources = basis.Sources is null ? own.Sources : [.. basis.Sources, .. own.Sources ?? []],
        Env = basis.Env is null ? own.Env : basis.Env.Concat(own.Env ?? new Dictionary<string, StringOr<EnvironmentVariable>>()).GroupBy(v => v.Key).ToDictionary(v => v.Key, v => v.Last().Value),
        Network = own.Network ?? basis.Network,
    };

    private async Task<string?> OfParentAsync(string project, string? previousId, CancellationToken cancellationToken)
    {
        if (previousId is null || await store.GetAsync(project, previousId, cancellationToken) is not { Settings.Length: > 2 } parent)
        {
            return null;
        }

        using var settings = JsonDocument.Parse(parent.Settings);
        return settings.RootElement.TryGetProperty("environment_id"u8, out var id) ? id.GetString() : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The environment '{Id}' of a refused interaction could not be deleted; it expires by itself")]
    private partial void LogLeft(Exception exception, string id);
}

/// <summary>The environment of an interaction.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsNew">Whether it was made for this interaction.</param>
public sealed record BoundEnvironment(string Id, bool IsNew);

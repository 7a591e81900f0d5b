using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Engine.Tools;

namespace OpenInteractions.Engine.Agents;

/// <summary>
/// Turns a request for an agent into the one that its run works by: with a model, all instructions and all tools in it. It is kept like that, so that a run goes on as it began
/// whatever becomes of the agent.
/// </summary>
public sealed class AgentRequests(AgentDirectory agents, ModelCatalog catalog, ToolKinds kinds, IOptions<AgentOptions> options)
{
    private static readonly Tool[] Defaults = [new CodeExecutionTool(), new GoogleSearchTool(), new UrlContextTool()];

    private readonly Lazy<string> _instructions = new(() => options.Value.InstructionsFile is { Length: > 0 } file ? File.ReadAllText(file) : BuiltIn());

    /// <summary>The request as it is meant: what names a built-in agent as its model is for that agent (behaviour TR-2).</summary>
    /// <param name="request">What a caller sent.</param>
    public CreateInteractionRequest Understand(CreateInteractionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request is { Model: { } named, Agent: null } && agents.IsBuiltIn(named) ? request with { Agent = named, Model = null } : request;
    }

    /// <summary>The request with everything that its agent brings; unchanged when it names none.</summary>
    /// <param name="project">The project.</param>
    /// <param name="request">What a caller sent.</param>
    /// <param name="cancellationToken">The caller has left.</param>
    /// <exception cref="ApiException">It cannot be done; the error names the place and the remedy.</exception>
    public async ValueTask<(CreateInteractionRequest Request, AgentDefinition? Agent)> ExpandAsync(string project, CreateInteractionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Agent is null)
        {
            return (request, null);
        }

        var agent = await agents.RequireAsync(project, request.Agent, cancellationToken);
        var config = Config(request, agent);
        var model = await ModelAsync(config.Model ?? agent.Model, cancellationToken);
        RequireFiles();
        if (request.Store == false && request.Tools?.Any(t => t is FunctionTool) == true)
        {
            throw new ApiException(ErrorCode.InvalidRequest, "'store': an agent's functions need a stored interaction, since its answer to them continues it (leave 'store' out).", "store");
        }

        var tools = request.Tools ?? agent.Tools ?? [.. Defaults.Where(t => kinds.CanServe(t, model.Model))];
        var expanded = request with
        {
            Model = model.PublicId,
            AgentConfig = config with { Model = model.PublicId, MaxTotalTokens = config.MaxTotalTokens ?? agent.MaxTotalTokens },
            SystemInstruction = string.Join("\n\n", new[] { _instructions.Value, agent.SystemInstruction, request.SystemInstruction }.Where(t => !string.IsNullOrWhiteSpace(t))),
            Tools = [.. tools, AgentTools.FilesDeclaration],
        };
        return (expanded, agent);
    }

    private static AntigravityConfig Config(CreateInteractionRequest request, AgentDefinition agent)
    {
        if (request.AgentConfig is not (null or AntigravityConfig))
        {
            throw new ApiException(ErrorCode.InvalidRequest, $"Invalid value '{request.AgentConfig.Type}' for 'agent_config.type': the agent '{agent.Id}' takes '{AntigravityConfig.TypeName}'.", "agent_config.type");
        }

        var config = (AntigravityConfig?)request.AgentConfig ?? new AntigravityConfig();
        return agent.IsCustom && config.Model is not null
            ? throw new ApiException(ErrorCode.InvalidRequest, $"'agent_config.model' cannot be chosen for the agent '{agent.Id}': its definition names the model. Update the agent, or leave it out.", "agent_config.model")
            : config;
    }

    private async Task<ResolvedModel> ModelAsync(string? named, CancellationToken cancellationToken)
    {
        if ((named ?? options.Value.Model) is { } id)
        {
            var model = await catalog.ResolveAsync(id, cancellationToken);
            return model.Model.Capabilities.Functions
                ? model
                : throw new ApiException(ErrorCode.FailedPrecondition, $"The model '{id}' cannot call functions, which an agent works with. Choose another one in 'agent_config.model'.", "agent_config.model");
        }

        // Aliases last: what they lead to is listed by itself. The demo model only where there is nothing better.
        const string Demo = "demo";
        foreach (var listed in (await catalog.ListAsync(cancellationToken)).OrderBy(m => m.PublicId == Demo ? 2 : m.IsAlias ? 1 : 0))
        {
            if (await catalog.ResolveAsync(listed.PublicId, cancellationToken) is { Model.Capabilities: { Functions: true, Output: var output } } model && output.HasFlag(Modalities.Text))
            {
                return model;
            }
        }

        throw new ApiException(ErrorCode.FailedPrecondition, $"This server has no model that can call functions, which an agent works with. Configure one, or name one in {AgentOptions.Section}:{nameof(AgentOptions.Model)}.", "agent");
    }

    private void RequireFiles() =>
        (kinds.Find(AgentTools.Files) ?? throw new ApiException(ErrorCode.FailedPrecondition, "An agent needs an environment, and this server runs no sandboxes.", "environment")).Require(AgentTools.FilesDeclaration, "environment");

    private static string BuiltIn()
    {
        using var stream = typeof(AgentRequests).Assembly.GetManifestResourceStream("antigravity.md")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}

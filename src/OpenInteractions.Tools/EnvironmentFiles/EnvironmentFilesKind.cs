using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Tools.Hooks;

namespace OpenInteractions.Tools.EnvironmentFiles;

/// <summary>The file tools, and the browser where there is one, that come with an agent's environment (behaviour AG-1). No request can declare them; their calls are shown as functions that are answered already (AG-2).</summary>
internal sealed class EnvironmentFilesKind(IOptions<AgentOptions> agents, OutboundGuard guard, IEnvironments? environments = null) : IToolKind
{
    public string Type => AgentTools.Files;

    public void Require(Tool declared, string path)
    {
        if (environments?.IsOffered != true)
        {
            throw new ApiException(ErrorCode.FailedPrecondition, "An agent needs an environment, and this server runs no sandboxes.", "environment");
        }
    }

    public async ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var environment = scope.Environment ?? throw new ApiException(ErrorCode.FailedPrecondition, "An agent needs an environment, and this server runs no sandboxes.", "environment");
        var browser = await environment.LookAsync(OpenInBrowser.FindAsync, cancellationToken);
        IReadOnlyList<IToolFunction> functions =
        [
            new ReadFile(environment, scope.MediaFault), new WriteFile(environment), new EditFile(environment), new ListDirectory(environment), new SearchText(environment), new FindByName(environment),
            .. browser is null ? (IReadOnlyList<IToolFunction>)[] : [new OpenInBrowser(environment, browser, scope.MediaFault)],
        ];
        return new OpenFiles(RunHooks.Around(functions, environment, guard, agents.Value));
    }

    private sealed class OpenFiles(IReadOnlyList<IToolFunction> functions) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions => functions;

        public IToolFunction? FunctionOf(Step call) => call is FunctionCallStep function ? functions.FirstOrDefault(f => f.Declaration.Name == function.Name) : null;

        public ValueTask DisposeAsync() => default;
    }
}

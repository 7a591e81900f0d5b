using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Agents;
using OpenInteractions.Engine.Environments;
using OpenInteractions.Engine.Outbound;
using OpenInteractions.Engine.Providers;
using OpenInteractions.Tools.Hooks;

namespace OpenInteractions.Tools.CodeExecution;

/// <summary>The tool <c>code_execution</c>: in a sandbox of this server, or at the model's vendor where there is none.</summary>
internal sealed class CodeExecutionKind(IOptions<CodeExecutionOptions> options, IOptions<AgentOptions> agents, OutboundGuard guard, IEnvironments? environments = null) : IToolKind
{
    public string Type => CodeExecutionTool.TypeName;

    private bool HasSandboxes => environments?.IsOffered == true;

    // Who runs it depends on the model.
    public void Require(Tool declared, string path)
    {
    }

    public bool IsNativeTo(Tool declared, ModelDescription model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        var isNative = model.Capabilities.NativeTools.Contains(Type) && options.Value.AllowNative;
        if (HasSandboxes)
        {
            return isNative && options.Value.PreferNative;
        }

        if (!model.Capabilities.NativeTools.Contains(Type))
        {
            throw Refused(path, $"it has no sandbox to run code in, and the vendor of '{model.Id}' does not run it either. Use a model whose vendor does, such as one of Gemini, or declare a 'function' and run the code in your application");
        }

        return isNative
            ? true
            : throw Refused(path, $"it has no sandbox to run code in, and {CodeExecutionOptions.Section}:{nameof(CodeExecutionOptions.AllowNative)} forbids that the vendor of '{model.Id}' runs it. Declare a 'function' and run the code in your application");
    }

    public async ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        const string NoSandbox = "it has no sandbox to run code in";
        var why = environments is null || scope.Environment is null ? NoSandbox : await environments.UnavailableAsync(cancellationToken);
        if (why is not null)
        {
            throw Refused("tools", why);
        }

        return new OpenCodeExecution(RunHooks.Around([new CodeExecutionFunction(scope, options.Value)], scope.Environment!, guard, agents.Value));
    }

    private static ApiException Refused(string path, string why) => new(ErrorCode.FailedPrecondition, $"The tool '{CodeExecutionTool.TypeName}' in '{path}' is not available on this server: {why}.", path);

    private sealed class OpenCodeExecution(IReadOnlyList<IToolFunction> functions) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions => functions;

        public IToolFunction? FunctionOf(Step call) => call is CodeExecutionCallStep ? functions[0] : null;

        public ValueTask DisposeAsync() => default;
    }
}

using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Tools.CodeExecution;

/// <summary>The tool <c>code_execution</c>. This server has no sandbox, so only a model's vendor can run it.</summary>
internal sealed class CodeExecutionKind(IOptions<CodeExecutionOptions> options) : IToolKind
{
    public string Type => CodeExecutionTool.TypeName;

    // Who runs it depends on the model.
    public void Require(Tool declared, string path)
    {
    }

    public bool IsNativeTo(Tool declared, ModelDescription model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.Capabilities.NativeTools.Contains(Type))
        {
            throw Refused(path, $"it has no sandbox to run code in, and the vendor of '{model.Id}' does not run it either. Use a model whose vendor does, such as one of Gemini, or declare a 'function' and run the code in your application");
        }

        return options.Value.AllowNative
            ? true
            : throw Refused(path, $"it has no sandbox to run code in, and {CodeExecutionOptions.Section}:{nameof(CodeExecutionOptions.AllowNative)} forbids that the vendor of '{model.Id}' runs it. Declare a 'function' and run the code in your application");
    }

    // Nothing gets here: who is not native is refused.
    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken) => throw Refused("tools", "it has no sandbox to run code in");

    private static ApiException Refused(string path, string why) => new(ErrorCode.FailedPrecondition, $"The tool '{CodeExecutionTool.TypeName}' in '{path}' is not available on this server: {why}.", path);
}

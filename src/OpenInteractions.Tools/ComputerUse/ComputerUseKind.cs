using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Tools.ComputerUse;

/// <summary>
/// The tool <c>computer_use</c>: passed on to models that operate screens by functions of their own, which the client carries out (behaviour TL-7). A model of
/// another vendor has such a tool with the screen's size and positions in pixels, which this declaration does not have, so it is refused there.
/// </summary>
internal sealed class ComputerUseKind : IToolKind
{
    public string Type => ComputerUseTool.TypeName;

    public void Require(Tool declared, string path)
    {
        var excluded = ((ComputerUseTool)declared).ExcludedPredefinedFunctions ?? [];
        for (var i = 0; i < excluded.Count; i++)
        {
            if (!PredefinedFunctions.All.Contains(excluded[i]))
            {
                // Who excludes something does not want it to happen: a slip of the pen must not let it.
                var field = $"{path}.excluded_predefined_functions[{i}]";
                throw new ApiException(ErrorCode.InvalidRequest, $"'{field}' is no predefined function. There are: {string.Join(", ", PredefinedFunctions.All)}.", field);
            }
        }
    }

    public bool IsNativeTo(Tool declared, ModelDescription model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Capabilities.NativeTools.Contains(Type) ? true : throw Refused(model.Id, path);
    }

    IReadOnlyList<string> IToolKind.PredefinedFunctions(Tool declared) => PredefinedFunctions.Of((ComputerUseTool)declared);

    // Nothing gets here: who is not native is refused.
    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken) => throw Refused("the model", "tools");

    private static ApiException Refused(string model, string path) => new(
        ErrorCode.FailedPrecondition,
        $"The tool '{ComputerUseTool.TypeName}' in '{path}' is not available with '{model}', which has no functions of its own for screens. Use a model of Gemini that has (gemini-3.5-flash and later, gemini-2.5-computer-use-preview-10-2025), or declare the actions that your application carries out as tools of the type 'function'.",
        path);
}

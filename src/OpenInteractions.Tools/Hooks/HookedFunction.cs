using OpenInteractions.Engine.Sandboxes;

namespace OpenInteractions.Tools.Hooks;

/// <summary>A function of the sandbox with the hooks of its environment around it (behaviour HK-2, HK-4).</summary>
internal sealed class HookedFunction(IToolFunction inner, RunHooks hooks) : IToolFunction
{
    public FunctionTool Declaration => inner.Declaration;

    public bool IsRepeatable => inner.IsRepeatable;

    public object? Line => inner.Line;

    // The hooks have their own.
    public CallLimits? Limits => inner.Limits;

    public Step CallStep(string id, JsonElement arguments) => inner.CallStep(id, arguments);

    public Step Failed(Step call, string message) => inner.Failed(call, message);

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var (tool, arguments) = (Declaration.Name, Arguments(call));
        try
        {
            if (await hooks.BeforeAsync(tool, arguments, cancellationToken) is { } denied)
            {
                return inner.Failed(call, denied);
            }
        }
        catch (Exception exception) when (exception is SandboxException or ApiException)
        {
            return inner.Failed(call, $"The call was not made. {exception.Message}");
        }

        var result = await inner.RunAsync(call, cancellationToken);
        try
        {
            await hooks.AfterAsync(tool, arguments, Payload(result), cancellationToken);
        }
        catch (Exception exception) when (exception is SandboxException or ApiException)
        {
            // The call was made, and its result stands.
        }

        return result;
    }

    private static JsonElement Arguments(Step call) => call switch
    {
        FunctionCallStep function => function.Arguments,
        CodeExecutionCallStep code => JsonSerializer.SerializeToElement(code.Arguments, WireJson.Wire.CodeExecutionArguments),
        _ => throw new ArgumentException($"A step of the type '{call.Type}' is no call of a sandbox.", nameof(call)),
    };

    private static JsonElement Payload(Step result) => result switch
    {
        FunctionResultStep function => function.Result,
        CodeExecutionResultStep code => code.Result,
        _ => throw new ArgumentException($"A step of the type '{result.Type}' is no result of a sandbox.", nameof(result)),
    };
}

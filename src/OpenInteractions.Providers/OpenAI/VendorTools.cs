namespace OpenInteractions.Providers.OpenAI;

/// <summary>Tools that the upstream would run itself. None is mapped to these wires; functions are all that a request may carry.</summary>
internal static class VendorTools
{
    /// <exception cref="ApiException">The request has such a tool.</exception>
    public static void Refuse(ModelRequest request)
    {
        if (request.NativeTools is [var tool, ..])
        {
            throw new ApiException(
                ErrorCode.FailedPrecondition,
                $"The provider '{request.Model.Provider}' cannot run the tool '{tool.Type}' itself. Leave it out of 'tools', declare a 'function' in its place, or use a model whose provider has it.",
                "tools");
        }
    }
}

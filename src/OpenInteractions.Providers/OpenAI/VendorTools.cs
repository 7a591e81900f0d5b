namespace OpenInteractions.Providers.OpenAI;

/// <summary>Tools that the upstream runs itself: its search, on the Responses wire. What it leaves in the answer is read by <see cref="VendorItems"/>.</summary>
internal static class VendorTools
{
    private const string WebSearch = "web_search";

    /// <summary>Types of tools that a model of the vendor itself is given. Its smallest one, and reasoning models before o3 and o4-mini, do not search.</summary>
    public static IReadOnlyList<string> Of(string model) => Searches(model) ? [GoogleSearchTool.TypeName] : [];

    /// <summary>The type of a tool on the Responses wire.</summary>
    /// <exception cref="ApiException">This wire has no such tool.</exception>
    public static string TypeOf(ModelRequest request, Tool tool) => tool is GoogleSearchTool ? WebSearch : throw NotThere(request, tool);

    /// <summary>Chat Completions has none of them.</summary>
    /// <exception cref="ApiException">The request has such a tool.</exception>
    public static void Refuse(ModelRequest request)
    {
        if (request.NativeTools is [var tool, ..])
        {
            throw NotThere(request, tool);
        }
    }

    private static bool Searches(string model) =>
        model.StartsWith("gpt-4o", StringComparison.Ordinal)
        || (model.StartsWith("gpt-4.1", StringComparison.Ordinal) && !model.Contains("-nano", StringComparison.Ordinal))
        || (model.StartsWith("gpt-5", StringComparison.Ordinal) && !model.Contains("-chat", StringComparison.Ordinal))
        || model is "o3" or "o4-mini"
        || model.StartsWith("o3-20", StringComparison.Ordinal)
        || model.StartsWith("o3-pro", StringComparison.Ordinal)
        || model.StartsWith("o4-mini-", StringComparison.Ordinal);

    private static ApiException NotThere(ModelRequest request, Tool tool) => new(
        ErrorCode.FailedPrecondition,
        $"The provider '{request.Model.Provider}' cannot run the tool '{tool.Type}' itself. Leave it out of 'tools', declare a 'function' in its place, or use a model whose provider has it.",
        "tools");
}

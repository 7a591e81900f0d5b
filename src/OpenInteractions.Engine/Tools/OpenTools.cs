using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools;

/// <summary>The tools of one run, made ready.</summary>
internal sealed class OpenTools : IAsyncDisposable
{
    private readonly IReadOnlyList<Tool> _declared;
    private readonly IOpenTool?[] _open;
    private readonly ToolKinds _kinds;

    private OpenTools(ToolKinds kinds, IReadOnlyList<Tool> declared, IOpenTool?[] open, IReadOnlyList<Tool> native)
    {
        (_kinds, _declared, _open, Native) = (kinds, declared, open, native);
        Predefined = kinds.PredefinedOf(native);
    }

    /// <summary>Those that the model's vendor runs itself.</summary>
    public IReadOnlyList<Tool> Native { get; }

    /// <summary>Functions that come with those tools, and that the client answers.</summary>
    private IReadOnlyList<string> Predefined { get; }

    /// <summary>Makes all declared tools ready, side by side, but for those that the model's vendor runs itself.</summary>
    /// <exception cref="ApiException">One of them cannot be made ready.</exception>
    public static async Task<OpenTools> OpenAsync(ToolKinds kinds, IReadOnlyList<Tool> declared, ModelDescription model, ToolScope scope, CancellationToken cancellationToken)
    {
        var open = new IOpenTool?[declared.Count];
        var native = kinds.NativeTo(model, declared);
        var tools = new OpenTools(kinds, declared, open, native);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, declared.Count).Where(i => declared[i] is not FunctionTool && !native.Contains(declared[i], ReferenceEqualityComparer.Instance)).Select(OpenOneAsync));
            return tools;
        }
        catch
        {
            await tools.DisposeAsync();
            throw;
        }

        async Task OpenOneAsync(int index)
        {
            // A run may go on under a server that has fewer tools than the one that accepted it.
            var kind = kinds.Find(declared[index].Type) ?? throw new ApiException(ErrorCode.FailedPrecondition, $"The tool '{declared[index].Type}' in 'tools[{index}]' is not available on this server.", $"tools[{index}]");
            open[index] = await kind.OpenAsync(declared[index], scope, cancellationToken);
        }
    }

    /// <summary>What the model may call now: the client's functions and those of the tools, in the order of their declarations (protocols P-6).</summary>
    /// <param name="choice">Limits the choice.</param>
    /// <param name="isFirst">True when a clash of names is the client's to mend; later, when a tool has changed, the first one of a name keeps it.</param>
    /// <param name="isWithdrawn">True when the model must answer.</param>
    /// <exception cref="ApiException">Two functions have the same name, or the choice names one that there is not.</exception>
    public RoundFunctions Functions(StringOr<ToolChoiceConfig>? choice, bool isFirst, bool isWithdrawn)
    {
        var all = new List<FunctionTool>();
        var server = new Dictionary<string, ServerFunction>(StringComparer.Ordinal);
        var owners = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _declared.Count; i++)
        {
            foreach (var function in FunctionsOf(i))
            {
                if (owners.TryAdd(function.Declaration.Name, i))
                {
                    all.Add(function.Declaration);
                    if (_declared[i] is not FunctionTool)
                    {
                        server.Add(function.Declaration.Name, function);
                    }
                }
                else if (isFirst)
                {
                    throw Clash(function.Declaration.Name, owners[function.Declaration.Name], i);
                }

                if (isFirst && Predefined.Contains(function.Declaration.Name))
                {
                    throw Clash(function.Declaration.Name, i);
                }
            }
        }

        var rewritten = ToolChoices.For(choice, _declared, owners, isFirst, isWithdrawn);
        var asked = isWithdrawn ? ToolChoices.For(choice, _declared, owners, isFirst, isWithdrawn: false) : rewritten;
        return new RoundFunctions(all, server, rewritten, isWithdrawn) { Asked = asked };
    }

    /// <summary>Functions that come with the vendor's tools, as far as the choice lets the model call them; the client answers them.</summary>
    public IReadOnlyList<string> PredefinedFor(StringOr<ToolChoiceConfig>? choice) =>
        choice is null || Predefined.Count == 0 ? Predefined : _kinds.PredefinedOf([.. Native.Where(tool => ToolChoices.Allows(choice, tool))]);

    /// <summary>The function that a step called, also one of a former owner of the run; null when no tool of this run knows it.</summary>
    public ServerFunction? FunctionOf(Step call)
    {
        for (var i = 0; i < _open.Length; i++)
        {
            if (_open[i]?.FunctionOf(call) is { } function)
            {
                return Named(function, _declared[i].Type);
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tool in _open)
        {
            if (tool is not null)
            {
                await tool.DisposeAsync();
            }
        }
    }

    private IEnumerable<ServerFunction> FunctionsOf(int index) => (_open[index], _declared[index]) switch
    {
        ({ } open, { Type: var kind }) => open.Functions.Select(f => Named(f, kind)),
        (_, FunctionTool function) => [new ServerFunction(function, FunctionTool.TypeName, null!)],
        _ => [], // the vendor's
    };

    // Under the name that later turns will show, which know the step alone.
    private static ServerFunction Named(IToolFunction function, string kind)
    {
        var name = ToolFunctionNames.Of(function.CallStep("call", JsonElement.Parse("{}")));
        return new ServerFunction(function.Declaration.Name == name ? function.Declaration : function.Declaration with { Name = name }, kind, function);
    }

    private ApiException Clash(string name, int first, int second) => new(
        ErrorCode.InvalidRequest,
        $"Two functions are called '{name}': {Place(first)} and {Place(second)}. {Remedy(_declared[first], _declared[second])}",
        $"tools[{second}]");

    private ApiException Clash(string name, int index) => new(
        ErrorCode.InvalidRequest,
        $"Two functions are called '{name}': {Place(index)} and a predefined one of a tool of the model's vendor. Give the function another name, or exclude the predefined one.",
        $"tools[{index}]");

    /// <summary>Functions and servers have names that the caller chose; a built-in tool has none.</summary>
    private static string Remedy(Tool first, Tool second) => (first, second) switch
    {
        (FunctionTool or McpServerTool, FunctionTool or McpServerTool) => "Give the function, or the server, another name.",
        (FunctionTool, _) or (_, FunctionTool) => "Give the function another name.",
        (McpServerTool, _) or (_, McpServerTool) => "Give the server another name.",
        _ when first.Type == second.Type => $"Declare '{first.Type}' once.",
        _ => "Leave one of the tools out.",
    };

    private string Place(int index) => _declared[index] switch
    {
        FunctionTool => $"the function 'tools[{index}]'",
        McpServerTool mcp => $"one of the server '{mcp.Name}' ('tools[{index}]')",
        var tool => $"one of the tool '{tool.Type}' ('tools[{index}]')",
    };
}

/// <summary>What may be called in one round.</summary>
/// <param name="All">As the model sees it.</param>
/// <param name="Server">Those that this server runs, by name.</param>
/// <param name="Choice">The choice among them, for the model.</param>
/// <param name="IsWithdrawn">True when the model must answer.</param>
internal sealed record RoundFunctions(IReadOnlyList<FunctionTool> All, IReadOnlyDictionary<string, ServerFunction> Server, StringOr<ToolChoiceConfig>? Choice, bool IsWithdrawn)
{
    /// <summary>The choice that the client asked for, which holds for its own functions when the tools of the server are withdrawn too.</summary>
    public StringOr<ToolChoiceConfig>? Asked { get; init; } = Choice;

    public static ApiException MustAnswer(string name) => new(ErrorCode.TooManyToolCalls, $"The model called '{name}' although it was told to answer without more calls.");

    /// <summary>The function of this server that the model calls; null when it is not one of them.</summary>
    /// <exception cref="ApiException">The model may not call it.</exception>
    public ServerFunction? Find(string name)
    {
        if (!Server.TryGetValue(name, out var function))
        {
            return null;
        }

        if (IsWithdrawn)
        {
            throw MustAnswer(name);
        }

        return ToolChoices.Allows(Choice, name) ? function : throw ToolChoices.NotAllowed(name);
    }
}

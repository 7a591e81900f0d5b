using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools;

/// <summary>The kinds of tools that this server runs.</summary>
public sealed class ToolKinds
{
    private readonly Dictionary<string, IToolKind> _kinds;

    /// <summary>Made by the container of all kinds that were added to it.</summary>
    /// <exception cref="ArgumentException">Two kinds serve the same declarations.</exception>
    public ToolKinds(IEnumerable<IToolKind> kinds) => _kinds = kinds.ToDictionary(k => k.Type, StringComparer.Ordinal);

    /// <summary>A server without tools of its own.</summary>
    public static ToolKinds None { get; } = new([]);

    /// <summary>The kind that serves a declaration, or null.</summary>
    public IToolKind? Find(string type) => _kinds.GetValueOrDefault(type);

    /// <summary>Those of the declared tools that the model's vendor runs itself.</summary>
    /// <exception cref="ApiException">A tool can be run by nobody.</exception>
    internal IReadOnlyList<Tool> NativeTo(ModelDescription model, IReadOnlyList<Tool>? declared)
    {
        List<Tool>? native = null;
        for (var i = 0; i < declared?.Count; i++)
        {
            if (Find(declared[i].Type)?.IsNativeTo(declared[i], model, $"tools[{i}]") == true)
            {
                (native ??= []).Add(declared[i]);
            }
        }

        return (IReadOnlyList<Tool>?)native ?? [];
    }

    /// <summary>True when this server or the model's vendor can run a tool as it is configured.</summary>
    internal bool CanServe(Tool declared, ModelDescription model)
    {
        try
        {
            var kind = Find(declared.Type);
            kind?.Require(declared, "tools");
            _ = kind?.IsNativeTo(declared, model, "tools");
            return kind is not null;
        }
        catch (ApiException)
        {
            return false;
        }
    }

    /// <summary>Checks what the declared tools name against what the project has.</summary>
    /// <exception cref="ApiException">The project does not have it.</exception>
    internal async ValueTask RequireNamedAsync(string project, IReadOnlyList<Tool>? declared, CancellationToken cancellationToken)
    {
        for (var i = 0; i < declared?.Count; i++)
        {
            if (Find(declared[i].Type) is { } kind)
            {
                await kind.RequireNamedAsync(declared[i], project, $"tools[{i}]", cancellationToken);
            }
        }
    }

    /// <summary>The functions that come with tools of the vendor's, and that the client answers.</summary>
    internal IReadOnlyList<string> PredefinedOf(IReadOnlyList<Tool> native)
    {
        List<string>? names = null;
        for (var i = 0; i < native.Count; i++)
        {
            if (Find(native[i].Type)?.PredefinedFunctions(native[i]) is { Count: > 0 } predefined)
            {
                (names ??= []).AddRange(predefined);
            }
        }

        return (IReadOnlyList<string>?)names ?? [];
    }

    /// <summary>True when something in the list is run by this server.</summary>
    internal static bool HasServerTools(IReadOnlyList<Tool>? tools)
    {
        for (var i = 0; i < tools?.Count; i++)
        {
            if (tools[i] is not FunctionTool)
            {
                return true;
            }
        }

        return false;
    }
}

namespace OpenInteractions.Tools.Mcp;

/// <summary>Which tools of a server may be called (protocols M-3): the union of the lists, and all when they are empty.</summary>
internal sealed class AllowedNames
{
    private readonly HashSet<string>? _names;

    public AllowedNames(IReadOnlyList<AllowedTools>? lists)
    {
        // What is listed under "none" is no permission, and a declaration that holds nothing else permits nothing.
        var permitting = lists?.Where(l => l.Mode != "none").ToList();
        HashSet<string> names = [.. permitting?.SelectMany(l => l.Tools ?? []) ?? []];
        _names = names.Count == 0 && (lists is not { Count: > 0 } || permitting is { Count: > 0 }) ? null : names;
    }

    public bool Contains(string tool) => _names?.Contains(tool) ?? true;
}

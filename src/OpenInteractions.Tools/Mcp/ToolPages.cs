using System.Text.Json.Nodes;

namespace OpenInteractions.Tools.Mcp;

/// <summary>
/// Reads pages of <c>tools/list</c>. Read from the JSON and not through the package's types: those refuse a whole page when one tool on it is wrong,
/// and schemas have to stay as they are.
/// </summary>
internal sealed class ToolPages
{
    private readonly SortedDictionary<string, RemoteTool> _tools = new(StringComparer.Ordinal);
    private TimeSpan? _fresh;
    private int _length;
    private bool _hasAnyFresh = true;

    public IReadOnlyList<RemoteTool> Tools => [.. _tools.Values];

    /// <summary>How long all pages may be kept; null when one of them does not say.</summary>
    public TimeSpan? Fresh => _hasAnyFresh ? _fresh : null;

    /// <summary>True when there is no room for another tool (<see cref="McpLimits.ListText"/>).</summary>
    public bool IsFull => _length >= McpLimits.ListText;

    /// <summary>How many entries were no tools.</summary>
    public int Unreadable { get; private set; }

    /// <summary>Takes a page.</summary>
    /// <returns>The cursor of the next one, or null.</returns>
    /// <exception cref="JsonException">It is no page: a model that is silently given no tools would answer without them.</exception>
    public string? Add(JsonNode? page)
    {
        var root = page is null ? default : JsonElement.Parse(page.ToJsonString());
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("tools"u8, out var tools) || tools.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("An answer to tools/list has no list of tools.");
        }

        foreach (var entry in tools.EnumerateArray())
        {
            if (IsFull)
            {
                break;
            }

            if (ReadTool(entry) is { } tool)
            {
                _length += _tools.TryAdd(tool.Name, tool) ? entry.GetRawText().Length : 0;
            }
            else
            {
                Unreadable++;
            }
        }

        KeepShortest(root);
        return !IsFull && Text(root, "nextCursor") is { Length: > 0 } cursor ? cursor : null;
    }

    private static RemoteTool? ReadTool(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || Text(entry, "name") is not { Length: > 0 and <= 256 } name || entry.GetRawText().Length > McpLimits.ToolText
            || !entry.TryGetProperty("inputSchema"u8, out var schema) || schema.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (schema.TryGetProperty("type"u8, out var type) && !(type.ValueKind == JsonValueKind.String && type.ValueEquals("object"u8)))
        {
            return null; // arguments are an object; a vendor that is told something else refuses the whole turn
        }

        var hints = entry.TryGetProperty("annotations"u8, out var annotations) ? annotations : default;
        var needsTask = entry.TryGetProperty("execution"u8, out var execution) && execution.ValueKind == JsonValueKind.Object && Text(execution, "taskSupport") == "required";
        return new RemoteTool(name, Text(entry, "description") ?? Text(entry, "title"), schema.Clone(), Says(hints, "readOnlyHint") || Says(hints, "idempotentHint"), needsTask);
    }

    private void KeepShortest(JsonElement root)
    {
        if (!root.TryGetProperty("ttlMs"u8, out var given) || given.ValueKind != JsonValueKind.Number || !given.TryGetDouble(out var milliseconds) || milliseconds <= 0)
        {
            _hasAnyFresh = false;
            return;
        }

        var fresh = TimeSpan.FromMilliseconds(Math.Min(milliseconds, TimeSpan.FromDays(1).TotalMilliseconds));
        _fresh = _fresh is { } shortest && shortest < fresh ? shortest : fresh;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Says(JsonElement hints, string name) =>
        hints.ValueKind == JsonValueKind.Object && hints.TryGetProperty(name, out var hint) && hint.ValueKind == JsonValueKind.True;
}

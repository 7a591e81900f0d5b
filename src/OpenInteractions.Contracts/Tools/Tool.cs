namespace OpenInteractions.Contracts.Tools;

/// <summary>Something the model may use in one interaction (wire 9); never inherited by the next turn (behaviour ST-3).</summary>
[JsonConverter(typeof(ToolConverter))]
public abstract record Tool : WireObject
{
    private protected Tool()
    {
    }

    /// <summary>The discriminator on the wire.</summary>
    public abstract string Type { get; }
}

/// <summary>A kind of tool that this build does not know, kept whole; only old or newer rows have one.</summary>
public sealed record UnknownTool(string WireType, JsonElement Raw) : Tool
{
    /// <inheritdoc/>
    public override string Type => WireType;
}

internal sealed class ToolConverter() : UnionConverter<Tool>("type",
[
    UnionVariant.Of(FunctionTool.TypeName, w => w.FunctionTool),
    UnionVariant.Of(CodeExecutionTool.TypeName, w => w.CodeExecutionTool),
    UnionVariant.Of(McpServerTool.TypeName, w => w.McpServerTool),
    UnionVariant.Of(GoogleMapsTool.TypeName, w => w.GoogleMapsTool),
    UnionVariant.Of(GoogleSearchTool.TypeName, w => w.GoogleSearchTool),
    UnionVariant.Of(ComputerUseTool.TypeName, w => w.ComputerUseTool),
    UnionVariant.Of(FileSearchTool.TypeName, w => w.FileSearchTool),
    UnionVariant.Of(UrlContextTool.TypeName, w => w.UrlContextTool),
    UnionVariant.Of(RetrievalTool.TypeName, w => w.RetrievalTool),
])
{
    protected override Tool Unknown(string tag, JsonElement raw) => new UnknownTool(tag, raw);

    protected override JsonElement? RawOf(Tool value) => (value as UnknownTool)?.Raw;
}

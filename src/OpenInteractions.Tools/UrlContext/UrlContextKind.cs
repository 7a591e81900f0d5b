using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Tools.UrlContext;

/// <summary>Pages that the server reads for the model (behaviour TL-2, TL-7).</summary>
internal sealed class UrlContextKind(PageReader reader, SealedReadings readings, IOptions<UrlContextOptions> options, IOptions<ToolOptions> tools) : IToolKind
{
    public string Type => UrlContextTool.TypeName;

    // The declaration has no fields (wire 9).
    public void Require(Tool declared, string path)
    {
    }

    public bool IsNativeTo(Tool declared, ModelDescription model, string path) =>
        options.Value.Prefer == PageReaderPreference.Native && model.Capabilities.NativeTools.Contains(Type);

    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IOpenTool>(new OpenUrlContext(new UrlContextFunction(reader, readings, options.Value, tools.Value, scope)));

    private sealed class OpenUrlContext(UrlContextFunction function) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions { get; } = [function];

        public IToolFunction? FunctionOf(Step call) => call is UrlContextCallStep ? function : null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

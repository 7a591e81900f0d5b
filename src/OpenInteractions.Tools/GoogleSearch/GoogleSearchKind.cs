using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>The tool <c>google_search</c> over the operator's engine, or of the model's vendor (behaviour TL-12).</summary>
internal sealed class GoogleSearchKind(IOptions<GoogleSearchOptions> options, SearchEngines engines, SealedReadings readings, SearchLog log) : IToolKind
{
    private readonly ISearchEngine? _engine = engines.Chosen;

    public string Type => GoogleSearchTool.TypeName;

    // What it needs depends on who searches, and that on the model.
    public void Require(Tool declared, string path)
    {
    }

    public bool IsNativeTo(Tool declared, ModelDescription model, string path)
    {
        var isVendors = model.Capabilities.NativeTools.Contains(Type);
        if (isVendors && (_engine is null || options.Value.Prefer == SearchPreference.Native))
        {
            return true;
        }

        if (_engine is null)
        {
            throw NotSet(path);
        }

        var types = ((GoogleSearchTool)declared).SearchTypes ?? [];
        for (var i = 0; i < types.Count; i++)
        {
            if (!_engine.Types.Contains(types[i]))
            {
                var field = $"{path}.search_types[{i}]";
                throw new ApiException(ErrorCode.FailedPrecondition, $"'{field}' is '{types[i]}', which this server's search engine does not have. It has: {string.Join(", ", _engine.Types)}.", field);
            }
        }

        return false;
    }

    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        var engine = _engine ?? throw NotSet("tools");
        return new(new Opened(new GoogleSearchFunction(engine, ((GoogleSearchTool)declared).SearchTypes ?? [], scope, readings, log)));
    }

    private static ApiException NotSet(string path) => new(
        ErrorCode.FailedPrecondition,
        $"The tool 'google_search' in '{path}' is not set up on this server: set {GoogleSearchOptions.Section}:{nameof(GoogleSearchOptions.Engine)} to searxng, brave, tavily, google or local. Without an engine it works with models whose vendor searches.",
        path);

    private sealed class Opened(GoogleSearchFunction function) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions { get; } = [function];

        public IToolFunction? FunctionOf(Step call) => call is GoogleSearchCallStep ? function : null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

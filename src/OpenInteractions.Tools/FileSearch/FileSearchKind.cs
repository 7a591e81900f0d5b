using Microsoft.Extensions.Options;
using OpenInteractions.Engine.FileSearch;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>The tool <c>file_search</c> over this server's stores, for every model (behaviour TL-7).</summary>
internal sealed class FileSearchKind(IChunkIndex index, Retrieval retrieval, SealedReadings readings, IOptions<FileSearchToolOptions> options, IOptions<ToolOptions> tools) : IToolKind
{
    public string Type => FileSearchTool.TypeName;

    public void Require(Tool declared, string path) => FileSearchDeclaration.Of(declared, path);

    public async ValueTask RequireNamedAsync(Tool declared, string project, string path, CancellationToken cancellationToken)
    {
        var names = ((FileSearchTool)declared).FileSearchStoreNames!;
        var found = (await index.FindStoresAsync(project, names, cancellationToken)).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!found.Contains(names[i]))
            {
                var field = $"{path}.file_search_store_names[{i}]";
                throw new ApiException(ErrorCode.InvalidRequest, $"There is no file search store '{names[i]}' ('{field}'): it was never there, or was deleted.", field);
            }
        }
    }

    public ValueTask<IOpenTool> OpenAsync(Tool declared, ToolScope scope, CancellationToken cancellationToken)
    {
        var read = FileSearchDeclaration.Of(declared, "tools");
        return new(new Opened(new FileSearchFunction(read, read.TopK ?? options.Value.Results, scope, retrieval, readings, tools.Value.MaxResultLength)));
    }

    private sealed class Opened(FileSearchFunction function) : IOpenTool
    {
        public IReadOnlyList<IToolFunction> Functions { get; } = [function];

        public IToolFunction? FunctionOf(Step call) => call is FileSearchCallStep ? function : null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

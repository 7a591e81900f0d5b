using OpenInteractions.Tools.Engines;

namespace OpenInteractions.Tools.FileSearch;

/// <summary>
/// The function by which a model searches in files. The wire shows neither its queries nor what it found (behaviour TL-2): both are sealed in the steps.
/// </summary>
internal sealed class FileSearchFunction(FileSearchDeclaration declared, int limit, ToolScope scope, Retrieval retrieval, SealedReadings readings, int resultLength) : IToolFunction
{
    /// <summary>Most searches of one call.</summary>
    public const int MostQueries = 5;

    private const int LongestQuery = 1000;

    private static readonly JsonElement NothingShown = JsonElement.Parse("[]");

    private static readonly JsonElement Schema = JsonElement.Parse("""{"type":"object","properties":{"queries":{"type":"array","items":{"type":"string"},"description":"What to look for, each as a question or in the words that the documents may use."}},"required":["queries"]}""");

    public FunctionTool Declaration { get; } = new()
    {
        Name = "file_search",
        Description = $"Finds passages in the user's files that say something about a subject. Up to {MostQueries} queries are searched at once; put the same question in different words when it matters. "
            + "Use it for whatever these files may hold, before you answer from memory.",
        Parameters = Schema,
    };

    public bool IsRepeatable => true;

    public CallLimits? Limits => null;

    public Step CallStep(string id, JsonElement arguments) => new FileSearchCallStep { Id = id, Signature = readings.SealArguments(scope.Project, arguments) };

    public Step Failed(Step call, string message) => new FileSearchResultStep
    {
        CallId = ((FileSearchCallStep)call).Id,
        Result = JsonElement.Parse($"[{{\"error\":{JsonSerializer.Serialize(message, WireJson.Wire.String)}}}]"),
        Signature = readings.Seal(scope.Project, ToolReading.Of(message)),
    };

    public async Task<Step> RunAsync(Step call, CancellationToken cancellationToken)
    {
        var step = (FileSearchCallStep)call;
        var queries = QueryList.Of(readings.Arguments(scope.Project, call), LongestQuery);
        if (queries.Count == 0)
        {
            return Failed(call, "Nothing was searched: give at least one query in 'queries', a list of texts.");
        }

        var found = await retrieval.SearchAsync(
            new PassageSearch { Project = scope.Project, Stores = declared.Stores, Queries = [.. queries.Take(MostQueries)], Filter = declared.Filter, Limit = limit }, cancellationToken);
        if (found.Stores == 0)
        {
            return Failed(call, "Nothing was searched: the file search stores are no longer there.");
        }

        return new FileSearchResultStep
        {
            CallId = step.Id,
            Result = NothingShown,
            Signature = readings.Seal(scope.Project, PassageReading.Of(step.Id, queries, found.Passages, resultLength)),
        };
    }
}

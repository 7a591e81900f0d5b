namespace OpenInteractions.Contracts.Steps;

internal sealed class StepConverter() : UnionConverter<Step>("type",
[
    UnionVariant.Of(UserInputStep.TypeName, w => w.UserInputStep),
    UnionVariant.Of(ModelOutputStep.TypeName, w => w.ModelOutputStep),
    UnionVariant.Of(ThoughtStep.TypeName, w => w.ThoughtStep),
    UnionVariant.Of(FunctionCallStep.TypeName, w => w.FunctionCallStep),
    UnionVariant.Of(FunctionResultStep.TypeName, w => w.FunctionResultStep),
    UnionVariant.Of(CodeExecutionCallStep.TypeName, w => w.CodeExecutionCallStep),
    UnionVariant.Of(CodeExecutionResultStep.TypeName, w => w.CodeExecutionResultStep),
    UnionVariant.Of(UrlContextCallStep.TypeName, w => w.UrlContextCallStep),
    UnionVariant.Of(UrlContextResultStep.TypeName, w => w.UrlContextResultStep),
    UnionVariant.Of(GoogleSearchCallStep.TypeName, w => w.GoogleSearchCallStep),
    UnionVariant.Of(GoogleSearchResultStep.TypeName, w => w.GoogleSearchResultStep),
    UnionVariant.Of(GoogleMapsCallStep.TypeName, w => w.GoogleMapsCallStep),
    UnionVariant.Of(GoogleMapsResultStep.TypeName, w => w.GoogleMapsResultStep),
    UnionVariant.Of(FileSearchCallStep.TypeName, w => w.FileSearchCallStep),
    UnionVariant.Of(FileSearchResultStep.TypeName, w => w.FileSearchResultStep),
    UnionVariant.Of(McpServerToolCallStep.TypeName, w => w.McpServerToolCallStep),
    UnionVariant.Of(McpServerToolResultStep.TypeName, w => w.McpServerToolResultStep),
    UnionVariant.Of(RetrievalCallStep.TypeName, w => w.RetrievalCallStep),
    UnionVariant.Of(RetrievalResultStep.TypeName, w => w.RetrievalResultStep),
    UnionVariant.Of(ProcessingCallStep.TypeName, w => w.ProcessingCallStep),
    UnionVariant.Of(ProcessingResultStep.TypeName, w => w.ProcessingResultStep),
])
{
    protected override Step Unknown(string tag, JsonElement raw) => new UnknownStep(tag, raw);

    protected override JsonElement? RawOf(Step value) => (value as UnknownStep)?.Raw;
}

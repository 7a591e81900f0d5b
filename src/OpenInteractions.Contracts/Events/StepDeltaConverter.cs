namespace OpenInteractions.Contracts.Events;

internal sealed class StepDeltaConverter() : UnionConverter<StepDelta>("type",
[
    UnionVariant.Of(TextDelta.TypeName, w => w.TextDelta),
    UnionVariant.Of(TextAnnotationDelta.TypeName, w => w.TextAnnotationDelta),
    UnionVariant.Of(ImageDelta.TypeName, w => w.ImageDelta),
    UnionVariant.Of(AudioDelta.TypeName, w => w.AudioDelta),
    UnionVariant.Of(VideoDelta.TypeName, w => w.VideoDelta),
    UnionVariant.Of(DocumentDelta.TypeName, w => w.DocumentDelta),
    UnionVariant.Of(ThoughtSummaryDelta.TypeName, w => w.ThoughtSummaryDelta),
    UnionVariant.Of(ThoughtSignatureDelta.TypeName, w => w.ThoughtSignatureDelta),
    UnionVariant.Of(ArgumentsDelta.TypeName, w => w.ArgumentsDelta),
    UnionVariant.Of(FunctionResultDelta.TypeName, w => w.FunctionResultDelta),
    UnionVariant.Of(CodeExecutionCallDelta.TypeName, w => w.CodeExecutionCallDelta),
    UnionVariant.Of(CodeExecutionResultDelta.TypeName, w => w.CodeExecutionResultDelta),
    UnionVariant.Of(UrlContextCallDelta.TypeName, w => w.UrlContextCallDelta),
    UnionVariant.Of(UrlContextResultDelta.TypeName, w => w.UrlContextResultDelta),
    UnionVariant.Of(GoogleSearchCallDelta.TypeName, w => w.GoogleSearchCallDelta),
    UnionVariant.Of(GoogleSearchResultDelta.TypeName, w => w.GoogleSearchResultDelta),
    UnionVariant.Of(GoogleMapsCallDelta.TypeName, w => w.GoogleMapsCallDelta),
    UnionVariant.Of(GoogleMapsResultDelta.TypeName, w => w.GoogleMapsResultDelta),
    UnionVariant.Of(FileSearchCallDelta.TypeName, w => w.FileSearchCallDelta),
    UnionVariant.Of(FileSearchResultDelta.TypeName, w => w.FileSearchResultDelta),
    UnionVariant.Of(McpServerToolCallDelta.TypeName, w => w.McpServerToolCallDelta),
    UnionVariant.Of(McpServerToolResultDelta.TypeName, w => w.McpServerToolResultDelta),
    UnionVariant.Of(RetrievalCallDelta.TypeName, w => w.RetrievalCallDelta),
    UnionVariant.Of(RetrievalResultDelta.TypeName, w => w.RetrievalResultDelta),
    UnionVariant.Of(ProcessingCallDelta.TypeName, w => w.ProcessingCallDelta),
    UnionVariant.Of(ProcessingResultDelta.TypeName, w => w.ProcessingResultDelta),
])
{
    protected override StepDelta Unknown(string tag, JsonElement raw) => new UnknownDelta(tag, raw);

    protected override JsonElement? RawOf(StepDelta value) => (value as UnknownDelta)?.Raw;
}

using System.Text.Json;
using OpenInteractions.Contracts.Content;
using OpenInteractions.Contracts.Steps;

namespace OpenInteractions.Engine.Tests.Turns;

/// <summary>Steps of every type, each with everything that it can hold.</summary>
internal static class EveryStep
{
    private const string Id = "call_1";
    private const string Signature = "c2lnbmF0dXJl";

    private static readonly JsonElement Arguments = JsonElement.Parse("""{"city":"Zürich","days":[1,2,{"x":null}]}""");

    public static IReadOnlyList<Step> All { get; } =
    [
        new UserInputStep { Content = [new TextContent { Text = "hello" }, new ImageContent { Data = "AAAA", MimeType = "image/png" }] },
        new ModelOutputStep(),
        new ModelOutputStep { Content = [new TextContent { Text = "" }] },
        new ModelOutputStep
        {
            Content =
            [
                new TextContent { Text = "see ", Annotations = [new UrlCitation { Url = "https://example.com", StartIndex = 0, EndIndex = 3 }] },
                new ImageContent { Data = "AAAA", MimeType = "image/png", Resolution = "high" },
                new AudioContent { Data = "AAAA", MimeType = "audio/l16", SampleRate = 24000, Channels = 1 },
                new VideoContent { Uri = "https://example.com/v", MimeType = "video/mp4", Resolution = "low" },
                new DocumentContent { Uri = "https://example.com/d", MimeType = "application/pdf" },
                new TextContent { Text = "end" },
            ],
        },
        new ThoughtStep(),
        new ThoughtStep { Signature = Signature },
        new ThoughtStep { Signature = Signature, Summary = [new TextContent { Text = "first" }, new ImageContent { Data = "AAAA", MimeType = "image/png" }, new TextContent { Text = "then" }] },
        new FunctionCallStep { Id = Id, Name = "get_weather", Arguments = Arguments, Signature = Signature },
        new FunctionCallStep { Id = Id, Name = "get_weather", Arguments = JsonElement.Parse("{}") },
        new FunctionResultStep { CallId = Id, Name = "get_weather", Result = Arguments, IsError = true, Signature = Signature },
        new CodeExecutionCallStep { Id = Id, Arguments = new CodeExecutionArguments { Code = "print(1)\n", Language = "python" }, Signature = Signature },
        new CodeExecutionResultStep { CallId = Id, Result = JsonElement.Parse("\"1\\n\""), IsError = false, Signature = Signature },
        new UrlContextCallStep { Id = Id, Arguments = new UrlContextArguments { Urls = ["https://example.com"] }, Signature = Signature },
        new UrlContextResultStep { CallId = Id, Result = [new UrlContextResult { Url = "https://example.com", Status = "success" }], IsError = false, Signature = Signature },
        new GoogleSearchCallStep { Id = Id, Arguments = new SearchArguments { Queries = ["a", "b"] }, SearchType = "web_search", Signature = Signature },
        new GoogleSearchResultStep { CallId = Id, Result = [new GoogleSearchResult { SearchSuggestions = "<div>" }], IsError = false, Signature = Signature },
        new GoogleMapsCallStep { Id = Id, Arguments = new SearchArguments { Queries = ["a"] }, Signature = Signature },
        new GoogleMapsResultStep { CallId = Id, Result = [new GoogleMapsResult { Places = [new MapsPlace { Name = "n" }], WidgetContextToken = "t" }], Signature = Signature },
        new FileSearchCallStep { Id = Id, Signature = Signature },
        new FileSearchResultStep { CallId = Id, Result = Arguments, Signature = Signature },
        new McpServerToolCallStep { Id = Id, Name = "tool", ServerName = "server", Arguments = Arguments, Signature = Signature },
        new McpServerToolResultStep { CallId = Id, Name = "tool", ServerName = "server", Result = Arguments, IsError = false, Signature = Signature },
        new RetrievalCallStep { Id = Id, Arguments = new SearchArguments { Queries = ["a"] }, RetrievalType = "rag_store", Signature = Signature },
        new RetrievalResultStep { CallId = Id, IsError = true, Signature = Signature },
        new ProcessingCallStep { Id = Id, Signature = Signature },
        new ProcessingResultStep { CallId = Id, Signature = Signature },
        StepJson.Read("""{"type":"step_of_tomorrow","depth":{"a":[1]},"text":"kept"}"""),
    ];

    /// <summary>Steps that no deltas can bring as they are: newer than us, or made by other means than a stream.</summary>
    public static IReadOnlyList<Step> BeyondDeltas { get; } =
    [
        StepJson.Read("""{"type":"model_output","content":[{"type":"hologram","size":3},{"type":"text","text":"beside it"}]}"""),
        StepJson.Read("""{"type":"model_output","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"""),
        StepJson.Read("""{"type":"model_output","content":[{"type":"text","text":"a","tone":"calm"}]}"""),
        StepJson.Read("""{"type":"model_output","content":[{"type":"image","data":"AAAA","mime_type":"image/png","depth":2}]}"""),
        StepJson.Read("""{"type":"model_output","content":[{"type":"video","uri":"https://example.com/v","name":"clip","processing":"static"}]}"""),
        StepJson.Read("""{"type":"model_output","content":[{"type":"audio","data":"AAAA","mime_type":"audio/wav"},{"type":"audio","data":"BBBB","mime_type":"audio/wav"}]}"""),
        StepJson.Read("""{"type":"thought","summary":[{"type":"text","text":"a"},{"type":"text","text":"b"}],"signature":"s"}"""),
        StepJson.Read("""{"type":"thought","summary":[{"type":"text","text":"a","annotations":[{"type":"url_citation","url":"https://example.com"}]}]}"""),
    ];
}

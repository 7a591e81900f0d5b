using System.IO.Compression;
using OpenInteractions.Engine.Citations;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Engine.Tools;

/// <summary>
/// Keeps what a model read of a result in the result's <c>signature</c>, sealed and compressed. So it is wherever the step is: in the journal, in the store, at
/// the next owner of a run, and at a client who keeps the history itself (behaviour TL-3); and it follows from the step alone (docs/decisions/0010).
/// </summary>
public sealed class SealedReadings(ISignatureEnvelope envelope)
{
    private const string Kind = "reading";

    /// <summary>Seals what the model is to read, for <c>signature</c>.</summary>
    /// <param name="project">Where it opens again.</param>
    /// <param name="reading">What the model is to read.</param>
    public string Seal(string project, ToolReading reading)
    {
        ArgumentNullException.ThrowIfNull(reading);
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(JsonScratch.Object(json => Write(json, reading)));
        }

        return envelope.Seal(Scope(project), Kind, compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    /// <summary>What the model read of a result, or wrote in a call; null when the step has nothing sealed by this installation for this project.</summary>
    /// <param name="project">Whose history it is.</param>
    /// <param name="step">The result, or the call.</param>
    public ToolReading? Open(string project, Step step)
    {
        if (SignatureOf(step) is not { } signature || envelope.Open(signature, Scope(project)) is not { Kind: Kind } opened)
        {
            return null;
        }

        using var compressed = new MemoryStream(opened.Payload.ToArray(), writable: false);
        using var brotli = new BrotliStream(compressed, CompressionMode.Decompress);
        using var json = JsonDocument.Parse(brotli); // it is whole: the envelope is authenticated
        return Read(json.RootElement);
    }

    /// <summary>Seals the arguments of a call whose form on the wire has no place for them, for its <c>signature</c>.</summary>
    /// <param name="project">Where they open again.</param>
    /// <param name="arguments">What the model wrote.</param>
    public string SealArguments(string project, JsonElement arguments) => Seal(project, new ToolReading(arguments, []));

    /// <summary>The arguments of a call, whether it shows them or has them sealed.</summary>
    /// <param name="project">Whose history it is.</param>
    /// <param name="call">The call.</param>
    public JsonElement Arguments(string project, Step call) => call is FileSearchCallStep ? Open(project, call)?.Content ?? JsonElement.Parse("{}") : ToolResults.Arguments(call);

    /// <summary>The step as the model sees it: the call, or the result, of a function that has what is sealed. Unchanged when nothing is.</summary>
    internal HistoryStep View(string project, HistoryStep step) => Open(project, step.Step) is not { } reading
        ? step
        : step.Step is ICallStep call
        ? step with { Step = new FunctionCallStep { Id = call.Id, Name = ToolFunctionNames.Of(step.Step), Arguments = reading.Content } }
        : step with
        {
            Step = new FunctionResultStep { CallId = ((IResultStep)step.Step).CallId, Name = step.CallName, Result = reading.Content, IsError = ToolResults.IsError(step.Step) ? true : null },
            Sources = reading.Sources,
        };

    /// <summary>What the result holds for the model; null where the wire types it and nothing is sealed.</summary>
    internal JsonElement? Payload(string project, Step result) => Open(project, result)?.Content ?? ToolResults.Payload(result);

    /// <summary>The result with something else for the model in it.</summary>
    internal Step WithPayload(string project, Step result, JsonElement payload)
    {
        if (Open(project, result) is not { } reading)
        {
            return ToolResults.WithPayload(result, payload);
        }

        var signature = Seal(project, reading with { Content = payload });
        return result switch
        {
            UrlContextResultStep r => r with { Signature = signature },
            GoogleSearchResultStep r => r with { Signature = signature },
            GoogleMapsResultStep r => r with { Signature = signature },
            FileSearchResultStep r => r with { Signature = signature },
            CodeExecutionResultStep r => r with { Signature = signature },
            _ => result,
        };
    }

    private static void Write(Utf8JsonWriter json, ToolReading reading)
    {
        json.WritePropertyName("content");
        reading.Content.WriteTo(json);
        json.WriteStartArray("sources");
        foreach (var (mark, citation) in reading.Sources)
        {
            json.WriteStartObject();
            json.WriteString("mark", mark);
            json.WritePropertyName("citation");
            JsonSerializer.Serialize(json, citation, WireJson.Wire.Annotation);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static ToolReading Read(JsonElement json) => new(
        json.GetProperty("content").Clone(),
        [.. json.GetProperty("sources").EnumerateArray().Select(s => new CitedSource(s.GetProperty("mark").GetString()!, s.GetProperty("citation").Deserialize(WireJson.Wire.Annotation)!))]);

    private static string? SignatureOf(Step step) => step switch
    {
        FileSearchCallStep c => c.Signature,
        UrlContextResultStep r => r.Signature,
        GoogleSearchResultStep r => r.Signature,
        GoogleMapsResultStep r => r.Signature,
        FileSearchResultStep r => r.Signature,
        CodeExecutionResultStep r => r.Signature,
        _ => null,
    };

    // No provider has an empty name.
    private static SignatureScope Scope(string project) => new(project, Provider: "", Family: "tool");
}

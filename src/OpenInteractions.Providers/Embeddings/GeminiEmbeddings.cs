using OpenInteractions.Providers.Gemini;

namespace OpenInteractions.Providers.Embeddings;

/// <summary><c>models/…:batchEmbedContents</c> (wire 23). The first models are told the task beside the text, later ones in it.</summary>
internal sealed class GeminiEmbeddings(GeminiOptions options, string model, int? dimensions) : IEmbeddingWire
{
    private readonly bool _hasTaskTypes = !model.StartsWith("gemini-embedding-2", StringComparison.Ordinal);

    public int MostTexts => 100;

    public HttpRequestMessage Request(IReadOnlyList<string> texts, bool isQuery)
    {
        var body = JsonScratch.RentObject(json =>
        {
            json.WriteStartArray("requests");
            foreach (var text in texts)
            {
                Write(json, text, isQuery);
            }

            json.WriteEndArray();
        });
        return GeminiAddress.Request(options, HttpMethod.Post, $"models/{model}:batchEmbedContents", body);
    }

    public IReadOnlyList<float[]> Read(JsonElement answer) =>
        [.. answer.GetProperty("embeddings").EnumerateArray().Select(e => e.GetProperty("values").EnumerateArray().Select(v => v.GetSingle()).ToArray())];

    private void Write(Utf8JsonWriter json, string text, bool isQuery)
    {
        json.WriteStartObject();
        json.WriteString("model", $"models/{model}");
        json.WriteStartObject("content");
        json.WriteStartArray("parts");
        json.WriteStartObject();
        json.WriteString("text", _hasTaskTypes ? text : isQuery ? $"task: search result | query: {text}" : $"title: none | text: {text}");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        if (_hasTaskTypes)
        {
            json.WriteString("taskType", isQuery ? "RETRIEVAL_QUERY" : "RETRIEVAL_DOCUMENT");
        }

        if (dimensions is { } count)
        {
            json.WriteNumber("outputDimensionality", count);
        }

        json.WriteEndObject();
    }
}

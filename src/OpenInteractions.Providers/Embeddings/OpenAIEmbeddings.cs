using System.Net.Http.Headers;
using OpenInteractions.Providers.Http;
using OpenInteractions.Providers.OpenAI;

namespace OpenInteractions.Providers.Embeddings;

/// <summary><c>POST embeddings</c>, of the vendor and of every server that speaks its wire.</summary>
internal sealed class OpenAIEmbeddings(OpenAIProviderOptions options, string model, int? dimensions) : IEmbeddingWire
{
    private readonly Uri _address = new(options.BaseAddress, "embeddings");

    public int MostTexts => 2048;

    public HttpRequestMessage Request(IReadOnlyList<string> texts, bool isQuery)
    {
        var body = JsonScratch.RentObject(json =>
        {
            json.WriteString("model", model);
            json.WriteStartArray("input");
            foreach (var text in texts)
            {
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
            json.WriteString("encoding_format", "float"); // servers that are compatible know no other
            if (dimensions is { } count)
            {
                json.WriteNumber("dimensions", count);
            }
        });
        var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ScratchContent(body) };
        if (options.ApiKey is { } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return request;
    }

    public IReadOnlyList<float[]> Read(JsonElement answer)
    {
        var data = answer.GetProperty("data");
        var vectors = new float[data.GetArrayLength()][];
        foreach (var entry in data.EnumerateArray())
        {
            vectors[entry.GetProperty("index").GetInt32()] = [.. entry.GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle())];
        }

        return vectors.Contains(null!) ? [] : vectors; // one twice, one never
    }
}

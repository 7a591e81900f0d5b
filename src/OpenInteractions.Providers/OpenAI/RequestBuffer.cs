using System.Net.Http.Headers;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Writes bodies whose history is copied from turns rendered before (P-6).</summary>
internal static class RequestBuffer
{
    /// <summary>The elements of an array without its brackets, ready to be joined with those of other turns.</summary>
    public static byte[] Elements(Action<Utf8JsonWriter> write)
    {
        using var scratch = JsonScratch.Rent();
        scratch.Json.WriteStartArray();
        write(scratch.Json);
        scratch.Json.WriteEndArray();
        return scratch.Written[1..^1].ToArray();
    }

    public static void WriteJoined(Utf8JsonWriter writer, string name, IReadOnlyList<byte[]> turns)
    {
        writer.WriteStartArray(name);
        foreach (var turn in turns)
        {
            if (turn.Length > 0)
            {
                writer.WriteRawValue(turn, skipInputValidation: true); // written by us, element by element
            }
        }

        writer.WriteEndArray();
    }

    /// <param name="address">Where to.</param>
    /// <param name="key">The operator's key, or null.</param>
    /// <param name="body">The body; given back with the request.</param>
    public static HttpRequestMessage Post(Uri address, string? key, JsonScratch body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ScratchContent(body) };
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream, application/json");
        Authorize(request, key);
        return request;
    }

    public static HttpRequestMessage Get(Uri address, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        Authorize(request, key);
        return request;
    }

    private static void Authorize(HttpRequestMessage request, string? key)
    {
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }
}

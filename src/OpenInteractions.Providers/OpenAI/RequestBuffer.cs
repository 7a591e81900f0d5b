using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Writes bodies whose history is copied from turns rendered before (P-6).</summary>
internal static class RequestBuffer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false };

    /// <summary>The elements of an array without its brackets, ready to be joined with those of other turns.</summary>
    public static byte[] Elements(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartArray();
            write(writer);
            writer.WriteEndArray();
        }

        return buffer.WrittenSpan[1..^1].ToArray();
    }

    public static byte[] Object(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteJoined(Utf8JsonWriter writer, string name, IReadOnlyList<byte[]> turns)
    {
        var filled = turns.Where(t => t.Length > 0).ToList();
        var joined = new byte[filled.Sum(t => t.Length) + Math.Max(filled.Count - 1, 0) + 2];
        joined[0] = (byte)'[';
        var at = 1;
        foreach (var turn in filled)
        {
            if (at > 1)
            {
                joined[at++] = (byte)',';
            }

            turn.CopyTo(joined, at);
            at += turn.Length;
        }

        joined[at] = (byte)']';
        writer.WritePropertyName(name);
        writer.WriteRawValue(joined, skipInputValidation: true); // written by us, element by element
    }

    public static HttpRequestMessage Post(Uri address, string? key, byte[] body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
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

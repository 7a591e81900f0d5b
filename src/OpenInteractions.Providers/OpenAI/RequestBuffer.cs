using System.Net.Http.Headers;
using OpenInteractions.Engine.Providers;
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

    /// <summary>The turns as elements of an array, stretches of settled turns in one piece.</summary>
    /// <param name="turns">The conversation, oldest first.</param>
    /// <param name="closed">How many of the first turns are rendered alike wherever the conversation goes on.</param>
    /// <param name="key">Of the form of a stretch: everything that it depends on besides the turns.</param>
    /// <param name="render">Makes the form of the turn at a place.</param>
    public static IReadOnlyList<byte[]> Render(IReadOnlyList<HistoryTurn> turns, int closed, object key, Func<int, byte[]> render)
    {
        var whole = HistoryStretch.WholeIn(turns, closed);
        var rendered = new List<byte[]>((whole / HistoryStretch.Length) + turns.Count - whole);
        for (var i = 0; i < whole; i += HistoryStretch.Length)
        {
            rendered.Add(new HistoryStretch(turns, i).Rendered(key, s => Elements(writer => Join(writer, s, render)), static bytes => bytes.Length));
        }

        for (var i = whole; i < turns.Count; i++)
        {
            rendered.Add(render(i));
        }

        return rendered;
    }

    private static void Join(Utf8JsonWriter writer, HistoryStretch stretch, Func<int, byte[]> render)
    {
        for (var i = 0; i < HistoryStretch.Length; i++)
        {
            WriteElements(writer, render(stretch.First + i));
        }
    }

    public static void WriteJoined(Utf8JsonWriter writer, string name, IReadOnlyList<byte[]> turns)
    {
        writer.WriteStartArray(name);
        foreach (var turn in turns)
        {
            WriteElements(writer, turn);
        }

        writer.WriteEndArray();
    }

    private static void WriteElements(Utf8JsonWriter writer, byte[] elements)
    {
        if (elements.Length > 0)
        {
            writer.WriteRawValue(elements, skipInputValidation: true); // written by us, element by element
        }
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

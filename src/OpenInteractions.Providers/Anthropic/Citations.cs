namespace OpenInteractions.Providers.Anthropic;

/// <summary>The service cites for whole blocks of text; ours are marks on byte ranges (behaviour TL-13).</summary>
internal static class Citations
{
    public static Annotation ToAnnotation(JsonElement citation, int start, int end) => citation.Text("type") switch
    {
        "web_search_result_location" => new UrlCitation { StartIndex = start, EndIndex = end, Url = citation.Text("url"), Title = citation.Text("title") },
        "search_result_location" when citation.Text("source") is { } source && Uri.TryCreate(source, UriKind.Absolute, out _) =>
            new UrlCitation { StartIndex = start, EndIndex = end, Url = source, Title = citation.Text("title") },
        _ => new FileCitation
        {
            StartIndex = start,
            EndIndex = end,
            FileName = citation.Text("document_title") ?? citation.Text("title"),
            Source = citation.Text("source") ?? citation.Text("cited_text"),
            PageNumber = (int?)citation.Count("start_page_number"),
        },
    };

    /// <summary>A citation as it may go back: the service names the file in its answers and refuses that member in requests.</summary>
    public static void WriteForReplay(Utf8JsonWriter writer, JsonElement citation)
    {
        writer.WriteStartObject();
        foreach (var member in citation.EnumerateObject())
        {
            if (member.Name != "file_id")
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    }
}

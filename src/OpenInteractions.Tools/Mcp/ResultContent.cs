using System.Buffers.Text;
using System.Text.Json.Nodes;
using OpenInteractions.Engine.Providers;

namespace OpenInteractions.Tools.Mcp;

/// <summary>Reads the result of <c>tools/call</c> as content of the wire (protocols M-6), with no more media than M-7 allows. Text is bounded by the engine, as that of all tools.</summary>
internal sealed class ResultContent
{
    private readonly List<ContentBlock> _blocks = [];
    private readonly Func<MediaContent, string?> _mediaFault;
    private int _mediaLeft = McpLimits.ResultMedia;

    private ResultContent(Func<MediaContent, string?> mediaFault) => _mediaFault = mediaFault;

    /// <summary>The blocks, and whether the tool says that it failed.</summary>
    /// <param name="result">The result.</param>
    /// <param name="mediaFault">What of a medium the run's model does not take, or null: with such a medium its vendor would refuse the whole turn.</param>
    public static (JsonElement Blocks, bool IsError) Read(JsonNode? result, Func<MediaContent, string?> mediaFault)
    {
        var root = result is null ? default : JsonElement.Parse(result.ToJsonString());
        if (root.ValueKind == JsonValueKind.Object && Text(root, "resultType") is { } kind && kind != "complete")
        {
            // It wants input, or to be asked later: nothing that this client had declared (protocols M-8, M-9).
            return (Of($"The tool did not end: it answered with '{Short(kind)}', which is not possible here."), true);
        }

        var reading = new ResultContent(mediaFault);
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("content"u8, out var content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (var block in content.EnumerateArray())
            {
                reading.Add(block);
            }
        }

        // Servers repeat structured content as text; where one does not, its JSON is the text.
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("structuredContent"u8, out var structured) && structured.ValueKind != JsonValueKind.Null
            && !reading._blocks.OfType<TextContent>().Any())
        {
            reading.AddText(PlainJson.Of(structured));
        }

        if (reading._blocks.Count == 0)
        {
            reading.AddText("The tool returned no content.");
        }

        var isError = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("isError"u8, out var failed) && failed.ValueKind == JsonValueKind.True;
        return (Blocks(reading._blocks), isError);
    }

    /// <summary>One block of text.</summary>
    public static JsonElement Of(string text) => Blocks([new TextContent { Text = text }]);

    private static JsonElement Blocks(IReadOnlyList<ContentBlock> blocks) => JsonSerializer.SerializeToElement(blocks, WireJson.Wire.IReadOnlyListContentBlock);

    private void Add(JsonElement block)
    {
        if (block.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        switch (Text(block, "type"))
        {
            case "text":
                AddText(Text(block, "text") ?? "");
                break;
            case "image":
                AddMedia(Text(block, "data"), Text(block, "mimeType") ?? "image/png");
                break;
            case "audio":
                AddMedia(Text(block, "data"), Text(block, "mimeType") ?? "audio/wav");
                break;
            case "resource" when block.TryGetProperty("resource"u8, out var resource) && resource.ValueKind == JsonValueKind.Object:
                AddResource(resource);
                break;
            case "resource_link":
                AddText(Link(block));
                break;
            case var other:
                AddText($"[Content of the kind '{Short(other)}' was left out: it is not known here.]");
                break;
        }
    }

    private void AddResource(JsonElement resource)
    {
        var uri = Text(resource, "uri") ?? "";
        if (Text(resource, "text") is { } text)
        {
            AddText($"{uri}\n{text}");
            return;
        }

        AddText(uri); // in front of the bytes, so that the model can name them
        AddMedia(Text(resource, "blob"), Text(resource, "mimeType") ?? "application/octet-stream");
    }

    private void AddText(string text) => _blocks.Add(new TextContent { Text = text });

    private void AddMedia(string? data, string mediaType)
    {
        if (data is null || !Base64.IsValid(data, out var length))
        {
            AddText($"[Content of the type '{Short(mediaType)}' was left out: it is not base64.]");
            return;
        }

        if (length > _mediaLeft)
        {
            AddText($"[Content of the type '{Short(mediaType)}' was left out: a result may have {McpLimits.ResultMedia} bytes of media, and with its {length} bytes this one has more.]");
            return;
        }

        MediaContent media = mediaType switch
        {
            _ when mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) => new ImageContent { Data = data, MimeType = mediaType },
            _ when mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) => new AudioContent { Data = data, MimeType = mediaType },
            _ when mediaType.StartsWith("video/", StringComparison.OrdinalIgnoreCase) => new VideoContent { Data = data, MimeType = mediaType },
            _ => new DocumentContent { Data = data, MimeType = mediaType },
        };
        if (_mediaFault(media) is { } fault)
        {
            AddText($"[Content of the type '{Short(mediaType)}' was left out: the model that is asked does not take {fault}.]");
            return;
        }

        _mediaLeft -= length;
        _blocks.Add(media);
    }

    private static string Link(JsonElement link)
    {
        string?[] parts = [Text(link, "title") ?? Text(link, "name"), Text(link, "uri"), Text(link, "mimeType"), Text(link, "description")];
        return string.Join('\n', parts.Where(p => !string.IsNullOrEmpty(p)));
    }

    private static string Short(string? text) => Excerpt.Of(text ?? "", 100);

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

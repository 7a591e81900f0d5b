using System.Text.Json;
using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>The rules for one content block.</summary>
internal static partial class BlockRules
{
    private static readonly string[] ServerTypes =
    [
        "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result", "bash_code_execution_tool_result",
        "text_editor_code_execution_tool_result",
    ];

    public static void Check(JsonElement block, string path, string role, string version)
    {
        var type = block.Text("type") ?? throw AnthropicRefusal.Invalid($"{path}.type: Field required");
        path = $"{path}.{type}";
        switch (type)
        {
            case "text":
                CheckText(block, path, role, version);
                break;
            case "image" when role == "user":
                RequestRules.OnlyKnown(block, path, "type", "source", "cache_control", "transformations");
                CheckSource(block, path, "image/jpeg", "image/png", "image/gif", "image/webp");
                break;
            case "document" when role == "user" || version == RequestRules.Older:
                RequestRules.OnlyKnown(block, path, "type", "source", "cache_control", "citations", "context", "title");
                CheckSource(block, path, "application/pdf");
                break;
            case "tool_use" when role == "assistant":
                CheckCall(block, path);
                break;
            case "tool_result" when role == "user":
                CheckResult(block, path, version);
                break;
            case "thinking" when role == "assistant":
                RequestRules.OnlyKnown(block, path, "type", "thinking", "signature");
                _ = block.Text("signature") ?? throw AnthropicRefusal.Invalid($"{path}.signature: Field required");
                _ = block.Text("thinking") ?? throw AnthropicRefusal.Invalid($"{path}.thinking: Field required");
                break;
            case "redacted_thinking" when role == "assistant":
                RequestRules.OnlyKnown(block, path, "type", "data");
                _ = block.Text("data") ?? throw AnthropicRefusal.Invalid($"{path}.data: Field required");
                break;
            case var server when role == "assistant" && ServerTypes.Contains(server):
                break;
            default:
                throw AnthropicRefusal.Invalid($"{path}: Input tag '{type}' found using 'type' is not permitted in {role} messages");
        }
    }

    private static void CheckText(JsonElement block, string path, string role, string version)
    {
        RequestRules.OnlyKnown(block, path, "type", "text", "cache_control", "citations");
        var text = block.Text("text") ?? throw AnthropicRefusal.Invalid($"{path}.text: Field required");
        if (text.Length == 0)
        {
            throw AnthropicRefusal.Invalid(block.Member("cache_control") is null
                ? "messages: text content blocks must be non-empty"
                : $"{path}: cache_control cannot be set for empty text blocks");
        }

        if (string.IsNullOrWhiteSpace(text))
        {
            throw AnthropicRefusal.Invalid("messages: text content blocks must contain non-whitespace text");
        }

        CheckCitations(block, path);
        if (version == RequestRules.Current && role == "user" && block.Member("citations") is { ValueKind: JsonValueKind.Array } citations && citations.GetArrayLength() > 0)
        {
            throw AnthropicRefusal.Invalid($"{path}.citations: Extra inputs are not permitted");
        }
    }

    private static void CheckCitations(JsonElement block, string path)
    {
        var position = 0;
        foreach (var citation in block.Member("citations") is { ValueKind: JsonValueKind.Array } citations ? citations.EnumerateArray() : default)
        {
            var type = citation.Text("type");
            RequestRules.OnlyKnown(citation, $"{path}.citations.{position++}.{type}", type switch
            {
                "char_location" => ["type", "cited_text", "document_index", "document_title", "start_char_index", "end_char_index"],
                "page_location" => ["type", "cited_text", "document_index", "document_title", "start_page_number", "end_page_number"],
                "content_block_location" => ["type", "cited_text", "document_index", "document_title", "start_block_index", "end_block_index"],
                "web_search_result_location" => ["type", "cited_text", "encrypted_index", "title", "url"],
                "search_result_location" => ["type", "cited_text", "search_result_index", "source", "title", "start_block_index", "end_block_index"],
                _ => throw AnthropicRefusal.Invalid($"{path}.citations: Input tag '{type}' is not known"),
            });
        }
    }

    private static void CheckCall(JsonElement block, string path)
    {
        RequestRules.OnlyKnown(block, path, "type", "id", "name", "input", "cache_control", "caller", "toolset_name");
        var id = block.Text("id") ?? throw AnthropicRefusal.Invalid($"{path}.id: Field required");
        if (!CallId().IsMatch(id))
        {
            throw AnthropicRefusal.Invalid($"{path}.id: String should match pattern '^[a-zA-Z0-9_-]+$'");
        }

        _ = block.Text("name") ?? throw AnthropicRefusal.Invalid($"{path}.name: Field required");
        if (block.Member("input") is not { ValueKind: JsonValueKind.Object })
        {
            throw AnthropicRefusal.Invalid($"{path}.input: Input should be a valid dictionary");
        }
    }

    private static void CheckResult(JsonElement block, string path, string version)
    {
        RequestRules.OnlyKnown(block, path, "type", "tool_use_id", "content", "is_error", "cache_control", "toolset_name");
        _ = block.Text("tool_use_id") ?? throw AnthropicRefusal.Invalid($"{path}.tool_use_id: Field required");
        if (block.Member("content") is not { } content)
        {
            return;
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return; // a result may be an empty string, a block may not
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw AnthropicRefusal.Invalid($"{path}.content: Input should be a valid string or list");
        }

        var position = 0;
        foreach (var inner in content.EnumerateArray())
        {
            if (inner.Text("type") is not ("text" or "image" or "document" or "search_result"))
            {
                throw AnthropicRefusal.Invalid($"{path}.content.{position}: Input tag '{inner.Text("type")}' found using 'type' is not permitted in tool results");
            }

            Check(inner, $"{path}.content.{position++}", "user", version);
        }
    }

    private static void CheckSource(JsonElement block, string path, params string[] mediaTypes)
    {
        var source = block.Member("source") ?? throw AnthropicRefusal.Invalid($"{path}.source: Field required");
        switch (source.Text("type"))
        {
            case "base64":
                CheckBase64(source, $"{path}.source.base64", mediaTypes);
                break;
            case "url":
                RequestRules.OnlyKnown(source, $"{path}.source.url", "type", "url");
                if (source.Text("url") is not { } url || !(url.StartsWith("https://", StringComparison.Ordinal) || url.StartsWith("http://", StringComparison.Ordinal)))
                {
                    throw AnthropicRefusal.Invalid($"{path}.source.url.url: Only HTTPS URLs are supported.");
                }

                break;
            case "text" when block.Text("type") == "document":
                RequestRules.OnlyKnown(source, $"{path}.source.text", "type", "media_type", "data");
                if (source.Text("media_type") != "text/plain")
                {
                    throw AnthropicRefusal.Invalid($"{path}.source.text.media_type: Input should be 'text/plain'");
                }

                break;
            case "file":
                RequestRules.OnlyKnown(source, $"{path}.source.file", "type", "file_id");
                break;
            case var other:
                throw AnthropicRefusal.Invalid($"{path}.source: Input tag '{other}' found using 'type' does not match any of the expected tags: 'base64', 'file', 'url'");
        }
    }

    private static void CheckBase64(JsonElement source, string path, string[] mediaTypes)
    {
        RequestRules.OnlyKnown(source, path, "type", "media_type", "data");
        var mediaType = source.Text("media_type") ?? throw AnthropicRefusal.Invalid($"{path}.media_type: Field required");
        if (!mediaTypes.Contains(mediaType))
        {
            throw AnthropicRefusal.Invalid($"{path}.media_type: Input should be {string.Join(", ", mediaTypes.Select(m => $"'{m}'"))}");
        }

        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(source.Text("data") ?? throw AnthropicRefusal.Invalid($"{path}.data: Field required"));
        }
        catch (FormatException)
        {
            throw AnthropicRefusal.Invalid($"{path}: invalid base64 data");
        }

        var actual = MediaTypeOf(bytes);
        if (actual != mediaType)
        {
            throw AnthropicRefusal.Invalid(mediaType == "application/pdf"
                ? "The PDF specified was not valid."
                : actual is null ? "Could not process image" : $"{path}: Image does not match the provided media type {mediaType}");
        }
    }

    private static string? MediaTypeOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => "image/gif",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => "application/pdf",
        _ => null,
    };

    [GeneratedRegex("^[a-zA-Z0-9_-]+$")]
    private static partial Regex CallId();
}

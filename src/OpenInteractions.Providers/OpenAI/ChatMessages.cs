namespace OpenInteractions.Providers.OpenAI;

/// <summary>Writes chat messages from steps: text and calls of one answer become one assistant message.</summary>
internal sealed class ChatMessages(Utf8JsonWriter writer, ChatProfile profile, Func<HistoryStep, string> callId)
{
    private readonly List<string> _texts = [];
    private readonly List<(HistoryStep Step, JsonElement? State)> _calls = [];
    private readonly List<MediaContent> _media = [];
    private readonly HashSet<string> _open = [];
    private JsonElement? _reasoning;

    public void User(IReadOnlyList<ContentBlock> content)
    {
        End();
        if (content.Count > 0)
        {
            WriteUser(content);
        }
    }

    /// <summary>What the maker left with the thought: its text or its opaque blocks.</summary>
    public void Reasoning(JsonElement state)
    {
        NewAnswer();
        _reasoning = state;
    }

    public void Output(ModelOutputStep output)
    {
        NewAnswer();
        _texts.AddRange(output.Content.OfType<TextContent>().Select(t => t.Text).Where(t => t.Length > 0));
        var media = output.Content.OfType<MediaContent>().ToList();
        _texts.AddRange(media.Select(m => $"[{m.Type} attached]"));
        _media.AddRange(media);
    }

    public void Call(HistoryStep call, JsonElement? state)
    {
        NewAnswer();
        _calls.Add((call, state));
    }

    public void Result(HistoryStep result)
    {
        FlushAnswer();
        var parts = ToolResultParts.Read(result.Step);
        var notes = parts.Media.Select(m => $"[{m.Type} attached]");
        writer.WriteStartObject();
        writer.WriteString("role", "tool");
        writer.WriteString("tool_call_id", callId(result));
        writer.WriteString("content", string.Join("\n", new[] { parts.Text }.Where(t => t.Length > 0).Concat(notes)));
        writer.WriteEndObject();
        _media.AddRange(parts.Media); // a following user message shows them
        _open.Remove(((IResultStep)result.Step).CallId);
    }

    public void End()
    {
        FlushAnswer();
        FlushMedia();
    }

    /// <summary>An answer goes on until results come; what is said after them is the next answer.</summary>
    private void NewAnswer()
    {
        if (_texts.Count == 0 && _calls.Count == 0 && _reasoning is null)
        {
            FlushMedia();
        }
    }

    private void FlushMedia()
    {
        // While a call still waits for its result nothing may stand in between.
        if (_media.Count > 0 && _open.Count == 0)
        {
            WriteUser([.. _media]);
            _media.Clear();
        }
    }

    private void FlushAnswer()
    {
        if (_texts.Count > 0 || _calls.Count > 0)
        {
            WriteAnswer();
        }

        _texts.Clear();
        _calls.Clear();
        _reasoning = null;
    }

    private void WriteAnswer()
    {
        writer.WriteStartObject();
        writer.WriteString("role", "assistant");
        if (_texts.Count > 0)
        {
            writer.WriteString("content", string.Join("\n", _texts));
        }
        else
        {
            writer.WriteNull("content");
        }

        WriteReasoning();
        if (_calls.Count > 0)
        {
            writer.WriteStartArray("tool_calls");
            foreach (var (step, state) in _calls)
            {
                WriteCall(step, state);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteReasoning()
    {
        if (_reasoning is not { ValueKind: JsonValueKind.Object } state)
        {
            return;
        }

        if (profile.ReplayedReasoningField is { } field && state.TryGetProperty(ChatState.Reasoning, out var text))
        {
            writer.WritePropertyName(field);
            text.WriteTo(writer);
        }

        if (state.TryGetProperty(ChatState.ReasoningDetails, out var details))
        {
            writer.WritePropertyName(ChatState.ReasoningDetails);
            details.WriteTo(writer);
        }
    }

    private void WriteCall(HistoryStep step, JsonElement? state)
    {
        _open.Add(((ICallStep)step.Step).Id);
        writer.WriteStartObject();
        writer.WriteString("id", callId(step));
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        writer.WriteString("name", CallText.Name(step.Step));
        writer.WriteString("arguments", CallText.Arguments(step.Step));
        writer.WriteEndObject();
        if (state is { ValueKind: JsonValueKind.Object } kept && kept.TryGetProperty(ChatState.ExtraContent, out var extra))
        {
            writer.WritePropertyName(ChatState.ExtraContent);
            extra.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    private void WriteUser(IReadOnlyList<ContentBlock> content)
    {
        writer.WriteStartObject();
        writer.WriteString("role", "user");
        if (content is [TextContent only])
        {
            writer.WriteString("content", only.Text);
        }
        else
        {
            writer.WriteStartArray("content");
            foreach (var block in content)
            {
                WritePart(block);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WritePart(ContentBlock block)
    {
        if (block switch { TextContent given => given.Text, DocumentContent given => OpenAIMedia.DocumentText(given), _ => null } is { } text)
        {
            writer.WriteStartObject();
            WriteText(text);
            writer.WriteEndObject();
            return;
        }

        OpenAIMedia.Require(block, profile);
        writer.WriteStartObject();
        switch (block)
        {
            case ImageContent image:
                writer.WriteString("type", "image_url");
                writer.WriteStartObject("image_url");
                writer.WriteString("url", OpenAIMedia.ImageUrl(image));
                if (OpenAIMedia.Detail(image) is { } detail)
                {
                    writer.WriteString("detail", detail);
                }

                writer.WriteEndObject();
                break;
            case DocumentContent document:
                writer.WriteString("type", "file");
                writer.WriteStartObject("file");
                writer.WriteString("filename", "document.pdf");
                writer.WriteString("file_data", OpenAIMedia.PdfUrl(document));
                writer.WriteEndObject();
                break;
            case AudioContent audio:
                writer.WriteString("type", "input_audio");
                writer.WriteStartObject("input_audio");
                writer.WriteString("data", audio.Data);
                writer.WriteString("format", OpenAIMedia.AudioFormat(audio));
                writer.WriteEndObject();
                break;
        }

        writer.WriteEndObject();
    }

    private void WriteText(string text)
    {
        writer.WriteString("type", "text");
        writer.WriteString("text", text);
    }
}

/// <summary>Members of what this adapter leaves with a step (P-1).</summary>
internal static class ChatState
{
    public const string Reasoning = "reasoning";

    /// <summary>Opaque blocks of aggregators.</summary>
    public const string ReasoningDetails = "reasoning_details";

    /// <summary>Gemini's signatures, when it is spoken to on this wire.</summary>
    public const string ExtraContent = "extra_content";
}

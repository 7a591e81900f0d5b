namespace OpenInteractions.Providers.OpenAI;

/// <summary>The turns of the conversation as items of <c>input</c>.</summary>
/// <param name="withReasoning">False after the service refused its own encrypted reasoning, for example because the account changed.</param>
internal sealed class ResponsesHistory(SignatureScope scope, ISignatureEnvelope signatures, bool withReasoning)
{
    private const int LongestCallId = 64;

    private sealed record Key(SignatureScope Scope, bool WithReasoning, string Wire = "responses");

    private sealed record StretchKey(Key OfTurns);

    public IReadOnlyList<byte[]> Render(IReadOnlyList<HistoryTurn> turns)
    {
        var key = new Key(scope, withReasoning);
        return RequestBuffer.Render(
            turns,
            turns.Count,
            new StretchKey(key),
            turn => turns[turn].Rendered(key, t => RequestBuffer.Elements(writer => Write(writer, t.Steps)), static bytes => bytes.Length));
    }

    private void Write(Utf8JsonWriter writer, IReadOnlyList<HistoryStep> steps)
    {
        // A client without stored state sends our ids of the calls; the service's own come back with the reasoning before them.
        var upstreamIds = new Dictionary<string, string>(StringComparer.Ordinal);
        var ranByService = new HashSet<string>(StringComparer.Ordinal);
        var hasReasoned = false;
        for (var i = 0; i < steps.Count; i++)
        {
            switch (steps[i].Step)
            {
                case UserInputStep user:
                    WriteMessage(writer, "user", user.Content);
                    break;
                case ThoughtStep thought:
                    hasReasoned |= WriteReasoning(writer, thought, Follower(steps, i), upstreamIds);
                    continue;
                case ModelOutputStep output:
                    WriteOutput(writer, output);
                    break;
                case ICallStep call when VendorItems.Open(signatures, scope, steps[i].Step) is { } ran && (hasReasoned || !ran.NeedsReasoning):
                    writer.WriteRawValue(ran.Item.Span);
                    ranByService.Add(call.Id);
                    break;
                case IResultStep result when ranByService.Contains(result.CallId):
                    break; // it is part of the item
                case ICallStep call:
                    WriteCall(writer, steps[i], CallId(steps[i], call.Id, upstreamIds));
                    break;
                case IResultStep result:
                    WriteResult(writer, steps[i], CallId(steps[i], result.CallId, upstreamIds));
                    break;
            }

            hasReasoned = false;
        }
    }

    /// <summary>
    /// A reasoning item goes back byte for byte, without its id (nothing is stored upstream), and only together with the item that followed it:
    /// one without the other is refused (protocols 6.2). Foreign and missing signatures open to nothing, and the thought stays away (P-3).
    /// </summary>
    private bool WriteReasoning(Utf8JsonWriter writer, ThoughtStep thought, Step? follower, Dictionary<string, string> upstreamIds)
    {
        if (!withReasoning || follower is null || ReasoningToken.Open(signatures, thought.Signature, scope) is not { } token || !IsFollower(follower, token))
        {
            return false;
        }

        writer.WriteRawValue(token.Item);
        if (follower is ICallStep call && token.CallId is { } id)
        {
            upstreamIds[call.Id] = id;
        }

        return true;
    }

    /// <summary>A call of a function has its id in the token, whoever ran it; what the service ran goes back as its item.</summary>
    private bool IsFollower(Step step, ReasoningToken token) => step switch
    {
        ModelOutputStep => token.CallId is null,
        ICallStep => token.CallId is not null || VendorItems.Open(signatures, scope, step) is not null,
        _ => false,
    };

    private static Step? Follower(IReadOnlyList<HistoryStep> steps, int at) => steps.Skip(at + 1).FirstOrDefault(s => s.Step is not ThoughtStep)?.Step;

    private string CallId(HistoryStep step, string native, Dictionary<string, string> upstreamIds) =>
        CallIds.Fit(upstreamIds.GetValueOrDefault(native) ?? step.CallIdFor(scope.Provider)!, LongestCallId);

    private static void WriteOutput(Utf8JsonWriter writer, ModelOutputStep output)
    {
        var texts = output.Content.OfType<TextContent>().ToList();
        var media = output.Content.OfType<MediaContent>().ToList();
        if (output.Content.Count == 0 && output.Error is not null)
        {
            return; // a failed older step said nothing
        }

        writer.WriteStartObject();
        writer.WriteString("type", "message");
        writer.WriteString("role", "assistant");
        writer.WriteStartArray("content");
        foreach (var text in texts.Select(t => t.Text).DefaultIfEmpty(media.Count > 0 ? $"[{media[0].Type} attached]" : ""))
        {
            writer.WriteStartObject();
            writer.WriteString("type", "output_text");
            writer.WriteString("text", text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        if (media.Count > 0)
        {
            // Only the user may show media on this wire. Another vendor's picture comes back that way.
            WriteMessage(writer, "user", media);
        }
    }

    private static void WriteCall(Utf8JsonWriter writer, HistoryStep call, string id)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "function_call");
        writer.WriteString("call_id", id);
        writer.WriteString("name", CallText.Name(call.Step));
        writer.WriteString("arguments", CallText.Arguments(call.Step));
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, HistoryStep result, string id)
    {
        var parts = ToolResultParts.Read(result.Step);
        writer.WriteStartObject();
        writer.WriteString("type", "function_call_output");
        writer.WriteString("call_id", id);
        if (parts.Media.Count == 0)
        {
            writer.WriteString("output", parts.Text);
        }
        else
        {
            writer.WriteStartArray("output");
            if (parts.Text.Length > 0)
            {
                WriteInputText(writer, parts.Text);
            }

            foreach (var media in parts.Media)
            {
                WriteMedia(writer, media);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter writer, string role, IReadOnlyList<ContentBlock> content)
    {
        if (content.Count == 0)
        {
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("type", "message");
        writer.WriteString("role", role);
        writer.WriteStartArray("content");
        foreach (var block in content)
        {
            if (block is TextContent text)
            {
                WriteInputText(writer, text.Text);
            }
            else
            {
                WriteMedia(writer, block);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteMedia(Utf8JsonWriter writer, ContentBlock block)
    {
        if (block is DocumentContent textual && OpenAIMedia.DocumentText(textual) is { } documentText)
        {
            WriteInputText(writer, documentText);
            return;
        }

        OpenAIMedia.Require(block, chat: null);
        writer.WriteStartObject();
        switch (block)
        {
            case ImageContent image:
                writer.WriteString("type", "input_image");
                writer.WriteString("image_url", OpenAIMedia.ImageUrl(image));
                writer.WriteString("detail", OpenAIMedia.Detail(image) ?? "auto");
                break;
            case DocumentContent { Data: not null } document:
                writer.WriteString("type", "input_file");
                writer.WriteString("filename", "document.pdf");
                writer.WriteString("file_data", OpenAIMedia.PdfUrl(document));
                break;
            case DocumentContent document:
                writer.WriteString("type", "input_file");
                writer.WriteString("file_url", document.Uri);
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

    private static void WriteInputText(Utf8JsonWriter writer, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "input_text");
        writer.WriteString("text", text);
        writer.WriteEndObject();
    }
}

namespace OpenInteractions.Providers.Gemini.InteractionsUpstream;

/// <summary>Puts rendered turns together as <c>input</c>: results find the name and the upstream's id of their call, no call is left open.</summary>
internal sealed class InputWriter(Utf8JsonWriter json)
{
    private readonly List<RenderedStep.Call> _open = [];

    public void Write(IReadOnlyList<HistoryTurn> history, TurnForm form, GeminiSignatures signatures)
    {
        var endsWithModel = false;
        json.WriteStartArray("input");
        foreach (var turn in history)
        {
            foreach (var step in turn.Rendered(form, t => new StepRenderer(form, signatures).Render(t), r => r.Bytes).Steps)
            {
                Write(step);
                endsWithModel = step is RenderedStep.Model;
            }
        }

        AnswerOpen();
        if (endsWithModel)
        {
            // A chain that goes on as it stands (behaviour ST-7, SM-2): the last word must be the user's.
            json.WriteRawValue("""{"type":"user_input","content":[{"type":"text","text":"Continue."}]}"""u8);
        }

        json.WriteEndArray();
    }

    private void Write(RenderedStep step)
    {
        switch (step)
        {
            case RenderedStep.User user:
                AnswerOpen();
                json.WriteRawValue(user.Json, skipInputValidation: true);
                break;
            case RenderedStep.Model model:
                json.WriteRawValue(model.Json, skipInputValidation: true);
                break;
            case RenderedStep.Call call:
                _open.Add(call);
                json.WriteRawValue(call.Json, skipInputValidation: true);
                break;
            case RenderedStep.Result result when _open.Find(c => c.NativeId == result.CallId) is { } call:
                _open.Remove(call);
                WriteResult(call, result.Value, result.IsError);
                break;
        }
    }

    /// <summary>The upstream refuses a history in which a call was left open (behaviour FN-3).</summary>
    private void AnswerOpen()
    {
        foreach (var call in _open)
        {
            WriteResult(call, "\"The call was not answered.\""u8, isError: true);
        }

        _open.Clear();
    }

    private void WriteResult(RenderedStep.Call call, ReadOnlySpan<byte> value, bool isError)
    {
        json.WriteStartObject();
        json.WriteString("type", FunctionResultStep.TypeName);
        json.WriteString("call_id", call.UpstreamId);
        json.WriteString("name", call.Name);
        json.WritePropertyName("result");
        json.WriteRawValue(value, skipInputValidation: true);
        if (isError)
        {
            json.WriteBoolean("is_error", true);
        }

        json.WriteEndObject();
    }
}

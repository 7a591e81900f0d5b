using System.Collections.Immutable;

namespace OpenInteractions.Providers.Gemini.GenerateContent;

/// <summary>
/// Puts rendered turns together as <c>contents</c>: after every content with calls one content with all their responses, in the order of the
/// calls, whatever the order in which they came (protocols 6.5).
/// </summary>
internal sealed class ContentsWriter(Utf8JsonWriter json)
{
    private readonly List<RenderedSegment.Model> _model = [];
    private readonly Dictionary<string, RenderedSegment.Response> _responses = [];
    private ImmutableArray<RenderedCall> _open = [];
    private bool _endsWithModel;

    public void Write(IReadOnlyList<HistoryTurn> history, TurnForm form, GeminiSignatures signatures)
    {
        json.WriteStartArray("contents");
        foreach (var turn in history)
        {
            foreach (var segment in turn.Rendered(form, t => new TurnRenderer(form, signatures).Render(t), r => r.Bytes).Segments)
            {
                Write(segment);
            }
        }

        EndModel();
        EndResponses();
        if (_endsWithModel)
        {
            // A chain that goes on as it stands (behaviour ST-7, SM-2): the vendor wants the last word to be the user's.
            WriteContent("user", [JsonScratch.Object(part => part.WriteString("text", "Continue."))]);
        }

        json.WriteEndArray();
    }

    private void Write(RenderedSegment segment)
    {
        switch (segment)
        {
            case RenderedSegment.Model model:
                EndResponses();
                _model.Add(model);
                break;
            case RenderedSegment.Response response:
                EndModel();
                _responses[response.CallId] = response;
                break;
            case RenderedSegment.User user:
                EndModel();
                EndResponses();
                WriteContent("user", [user.Parts]);
                _endsWithModel = false;
                break;
        }
    }

    private void EndModel()
    {
        if (_model.Count == 0)
        {
            return;
        }

        WriteContent("model", _model.Select(m => m.Parts));
        _open = [.. _model.SelectMany(m => m.Calls)];
        _model.Clear();
        _endsWithModel = true;
    }

    private void EndResponses()
    {
        if (_open.Length > 0)
        {
            json.WriteStartObject();
            json.WriteString("role", "user");
            json.WriteStartArray("parts");
            var results = _open.Select(call => (Call: call, Result: _responses.GetValueOrDefault(call.NativeId)?.Result ?? FunctionResponses.Unanswered)).ToList();
            foreach (var (call, result) in results)
            {
                FunctionResponses.Write(json, call, result);
            }

            foreach (var (_, result) in results.Where(r => r.Result.After.Length > 0))
            {
                json.WriteRawValue(result.After, skipInputValidation: true);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            _endsWithModel = false;
        }

        _open = [];
        _responses.Clear();
    }

    private void WriteContent(string role, IEnumerable<byte[]> parts)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteStartArray("parts");
        foreach (var part in parts)
        {
            // Comma-separated parts, written as they were rendered.
            json.WriteRawValue(part, skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

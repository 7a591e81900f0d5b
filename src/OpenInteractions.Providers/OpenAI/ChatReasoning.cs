using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>Gathers what some upstreams want back of their reasoning inside a tool loop (protocols 6.3).</summary>
/// <param name="keepsText">True when the text itself is wanted.</param>
internal sealed class ChatReasoning(bool keepsText)
{
    private StringBuilder? _text;
    private List<JsonElement>? _details;

    public void Add(string text)
    {
        if (keepsText)
        {
            (_text ??= new()).Append(text);
        }
    }

    public void Add(JsonElement details) => (_details ??= []).AddRange(details.EnumerateArray().Select(d => d.Clone()));

    /// <summary>What is kept with the thought that ends now, or null.</summary>
    public JsonElement? Take()
    {
        if (!keepsText && _details is null)
        {
            return null;
        }

        var state = JsonScratch.Object(writer =>
        {
            if (keepsText)
            {
                writer.WriteString(ChatState.Reasoning, _text?.ToString() ?? "");
            }

            if (_details is not null)
            {
                writer.WriteStartArray(ChatState.ReasoningDetails);
                foreach (var detail in _details)
                {
                    detail.WriteTo(writer);
                }

                writer.WriteEndArray();
            }
        });
        (_text, _details) = (null, null);
        return JsonElement.Parse(state);
    }
}

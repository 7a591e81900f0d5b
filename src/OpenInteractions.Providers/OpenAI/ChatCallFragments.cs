using System.Text;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Tells to which call a fragment belongs. The rule is the member <c>index</c>, with id and name in the first fragment alone; servers leave
/// the index or the id out, repeat id and name, or give all calls the same index (protocols 6.3).
/// </summary>
internal sealed class ChatCallFragments
{
    private readonly List<ChatCall> _calls = [];

    public IReadOnlyList<ChatCall> Calls => _calls;

    /// <param name="position">The fragment's place in its chunk.</param>
    /// <param name="count">How many fragments the chunk has.</param>
    public ChatCall Find(JsonElement fragment, int position, int count)
    {
        var id = Text(fragment, "id");
        var name = fragment.TryGetProperty("function", out var function) ? Text(function, "name") : null;
        var index = fragment.TryGetProperty("index", out var i) && i.ValueKind == JsonValueKind.Number && i.TryGetInt32(out var number) ? number : (int?)null;
        var known = index is not null ? OfIndex(index.Value, id, name) : OfNothing(id, name, position, count);
        if (known is null)
        {
            known = new ChatCall(_calls.Count, index, id);
            _calls.Add(known);
        }

        return known;
    }

    private ChatCall? OfIndex(int index, string? id, string? name)
    {
        var known = _calls.LastOrDefault(c => c.Index == index);
        // Another id and a name at a known index is another call.
        return known is { UpstreamId: { } own } && id is not null && id != own && name is not null ? _calls.FirstOrDefault(c => c.UpstreamId == id) : known;
    }

    private ChatCall? OfNothing(string? id, string? name, int position, int count)
    {
        if (id is not null)
        {
            // A repeated id with complete arguments before it is the next call of a server that numbers badly.
            return _calls.LastOrDefault(c => c.UpstreamId == id) is { IsComplete: false } same ? same : null;
        }

        if (count > 1)
        {
            return position < _calls.Count && !_calls[position].IsComplete ? _calls[position] : null;
        }

        return _calls.LastOrDefault() is { } last && (name is null || (last.Name == name && !last.IsComplete)) ? last : null;
    }

    private static string? Text(JsonElement o, string name) =>
        o.ValueKind == JsonValueKind.Object && o.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}

/// <summary>A call that is being put together.</summary>
internal sealed class ChatCall(int number, int? index, string? upstreamId)
{
    /// <summary>Its place among the calls of this answer.</summary>
    public int Number { get; } = number;

    public int? Index { get; } = index;

    public string? UpstreamId { get; } = upstreamId;

    public string? Name { get; set; }

    /// <summary>The key of its step, once that has begun.</summary>
    public int? Key { get; set; }

    public StringBuilder Arguments { get; } = new();

    /// <summary>Opaque data of the upstream that must come back with the call.</summary>
    public JsonElement? Extra { get; set; }

    public bool IsComplete
    {
        get
        {
            try
            {
                using var document = JsonDocument.Parse(Arguments.ToString());
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        }
    }
}

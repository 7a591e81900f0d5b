using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>Everything opaque that the service has handed out: ids, signatures and what they belong to.</summary>
internal sealed class IssuedBlocks
{
    private readonly Lock _lock = new();
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, Thought> _thoughts = [];
    private readonly Dictionary<string, Answer> _answersByToolUse = [];
    private readonly HashSet<string> _paused = [];
    private int _next;

    /// <summary>A thinking block as it left the service.</summary>
    /// <param name="Before">Hash of everything that stood before it.</param>
    internal sealed record Thought(string Model, string Type, string Text, byte[] Before);

    /// <summary>The thinking of one answer that called tools, in order.</summary>
    internal sealed record Answer(string Model, byte[] Start, bool BeganWithThinking, IReadOnlyList<string> Opaque);

    public string Id(string prefix)
    {
        var number = Interlocked.Increment(ref _next);
        return prefix + "_01" + number.ToString(CultureInfo.InvariantCulture).PadLeft(22, 'A');
    }

    public string Sign(string model, string type, string text, byte[] before)
    {
        var seed = Encoding.UTF8.GetBytes($"{model}|{type}|{text}|{Interlocked.Increment(ref _next)}");
        // The prefix and length look like the service's own; nobody may read anything out of it.
        byte[] signed = [.. before, .. seed];
        var signature = "Eq" + Convert.ToBase64String([.. HMACSHA512.HashData(_secret, signed), .. RandomNumberGenerator.GetBytes(80)]);
        lock (_lock)
        {
            _thoughts[signature] = new Thought(model, type, text, before);
        }

        return signature;
    }

    public Thought? Find(string opaque)
    {
        lock (_lock)
        {
            return _thoughts.GetValueOrDefault(opaque);
        }
    }

    public void Remember(Answer answer, IEnumerable<string> toolUseIds, bool paused, byte[] end)
    {
        lock (_lock)
        {
            foreach (var id in toolUseIds)
            {
                _answersByToolUse[id] = answer;
            }

            if (paused)
            {
                _paused.Add(Convert.ToHexString(end));
            }
        }
    }

    public Answer? AnswerOf(string toolUseId)
    {
        lock (_lock)
        {
            return _answersByToolUse.GetValueOrDefault(toolUseId);
        }
    }

    /// <summary>Whether a conversation that ends here is a turn that the service itself paused.</summary>
    public bool IsPaused(byte[] end)
    {
        lock (_lock)
        {
            return _paused.Contains(Convert.ToHexString(end));
        }
    }

    public static string? OpaqueOf(JsonObject block) => (string?)block["type"] switch
    {
        "thinking" => (string?)block["signature"],
        "redacted_thinking" => (string?)block["data"],
        _ => null,
    };
}

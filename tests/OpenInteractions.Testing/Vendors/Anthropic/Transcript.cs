using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace OpenInteractions.Testing.Vendors.Anthropic;

/// <summary>
/// A request as the flat row of things that the model reads: tools, system, then every block. Each place has a hash of everything before it;
/// prompt caching and the binding of thinking blocks both hang on these hashes. Marks for the cache do not count.
/// </summary>
internal sealed class Transcript
{
    private readonly List<Entry> _entries = [];

    public Transcript(JsonElement body)
    {
        Hash = SHA256.HashData([]);
        foreach (var tool in Items(body.Member("tools")))
        {
            Add("tool", -1, -1, tool);
        }

        foreach (var block in Blocks(body.Member("system")))
        {
            Add("system", -1, -1, block);
        }

        var index = 0;
        foreach (var message in Items(body.Member("messages")))
        {
            var position = 0;
            foreach (var block in Blocks(message.Member("content")))
            {
                Add(message.Text("role") ?? "", index, position++, block);
            }

            index++;
        }
    }

    /// <summary>The hash of everything: where the answer begins.</summary>
    public byte[] Hash { get; private set; }

    public IReadOnlyList<Entry> Entries => _entries;

    public static byte[] Next(byte[] hash, string role, JsonElement block) =>
        SHA256.HashData([.. hash, .. Encoding.UTF8.GetBytes(role + "|" + Normal(block))]);

    /// <summary>The blocks of a content member; a string is one text block.</summary>
    public static IEnumerable<JsonElement> Blocks(JsonElement? content) => content switch
    {
        { ValueKind: JsonValueKind.String } text => [JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["type"] = "text", ["text"] = text.GetString()! })],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        _ => [],
    };

    private static JsonElement.ArrayEnumerator Items(JsonElement? array) => array is { ValueKind: JsonValueKind.Array } a ? a.EnumerateArray() : default;

    private static string Normal(JsonElement block) => block.Text("type") switch
    {
        "text" => "text:" + block.Text("text"),
        "thinking" => "thinking:" + block.Text("signature"),
        "redacted_thinking" => "redacted:" + block.Text("data"),
        "tool_use" => $"tool_use:{block.Text("id")}:{block.Text("name")}:{(block.Member("input") is { } input ? AnthropicJson.Minified(input) : "")}",
        _ => string.Join(',', block.EnumerateObject().Where(p => p.Name != "cache_control").Select(p => p.Name + "=" + AnthropicJson.Minified(p.Value))),
    };

    private void Add(string role, int message, int position, JsonElement block)
    {
        if (block.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var before = Hash;
        Hash = Next(Hash, role, block);
        _entries.Add(new Entry(role, message, position, block, before, Hash, block.Member("cache_control") is not null));
    }

    internal sealed record Entry(string Role, int Message, int Position, JsonElement Block, byte[] Before, byte[] After, bool Marked)
    {
        public int Tokens => Math.Max(1, Block.GetRawText().Length / 4);
    }
}

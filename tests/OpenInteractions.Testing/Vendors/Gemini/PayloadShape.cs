using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>What a member of a camelCase request may hold; anything else is refused with the member's path, as the service's JSON reader does.</summary>
internal abstract record PayloadShape
{
    public static PayloadShape Any { get; } = new Leaf("any", _ => true);
    public static PayloadShape Text { get; } = new Leaf("TYPE_STRING", n => n is JsonValue v && v.GetValueKind() == JsonValueKind.String);
    public static PayloadShape Number { get; } = new Leaf("TYPE_FLOAT", n => n is JsonValue v && v.GetValueKind() == JsonValueKind.Number);
    public static PayloadShape Flag { get; } = new Leaf("TYPE_BOOL", n => n is JsonValue v && v.GetValueKind() is JsonValueKind.True or JsonValueKind.False);
    public static PayloadShape Struct { get; } = new Leaf("google.protobuf.Struct", n => n is JsonObject);
    public static PayloadShape Base64 { get; } = new Leaf("TYPE_BYTES", IsBase64);

    public static PayloadShape Integer { get; } = new Leaf(
        "TYPE_INT32",
        n => n is JsonValue v && v.GetValueKind() == JsonValueKind.Number && decimal.TryParse(v.ToJsonString(), CultureInfo.InvariantCulture, out var d) && d == decimal.Truncate(d));

    public static PayloadShape OneOf(params string[] values) =>
        new Leaf("enum", n => n is JsonValue v && v.GetValueKind() == JsonValueKind.String && values.Contains(v.GetValue<string>()));

    public static PayloadShape List(PayloadShape item) => new Repeated(item);

    public static PayloadShape Of(params (string Name, PayloadShape Shape)[] fields) =>
        new Message(fields.ToDictionary(f => f.Name, f => f.Shape));

    public abstract void Check(JsonNode? value, string path);

    private static bool IsBase64(JsonNode? node)
    {
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.String)
        {
            return false;
        }

        // The service reads the URL alphabet too, which is why its documented placeholder for signatures passes here.
        var text = value.GetValue<string>().Replace('-', '+').Replace('_', '/');
        return Convert.TryFromBase64String(text, new byte[text.Length], out _);
    }

    /// <summary>The proto's spelling of a JSON name: functionDeclarations → function_declarations.</summary>
    public static string SnakeCase(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name)
        {
            text.Append(char.IsAsciiLetterUpper(c) ? "_" + char.ToLowerInvariant(c) : c.ToString());
        }

        return text.ToString();
    }

    private sealed record Leaf(string TypeName, Func<JsonNode?, bool> Fits) : PayloadShape
    {
        public override void Check(JsonNode? value, string path)
        {
            if (value is JsonArray && TypeName is not "any")
            {
                var name = path[(path.LastIndexOf('.') + 1)..];
                throw GeminiRefusal.Payload(path, $"Unknown name \"{name}\" at '{Parent(path)}': Proto field is not repeating, cannot start list.");
            }

            if (!Fits(value))
            {
                throw GeminiRefusal.Rpc(400, "INVALID_ARGUMENT", $"Invalid value at '{path}' ({TypeName}), {value?.ToJsonString() ?? "null"}");
            }
        }

        private static string Parent(string path) => path.Contains('.', StringComparison.Ordinal) ? path[..path.LastIndexOf('.')] : "";
    }

    private sealed record Repeated(PayloadShape Item) : PayloadShape
    {
        public override void Check(JsonNode? value, string path)
        {
            if (value is not JsonArray list)
            {
                throw GeminiRefusal.Rpc(400, "INVALID_ARGUMENT", $"Invalid value at '{path}' (repeated), {value?.ToJsonString() ?? "null"}");
            }

            for (var i = 0; i < list.Count; i++)
            {
                Item.Check(list[i], $"{path}[{i}]");
            }
        }
    }

    /// <summary>A JSON object with known members.</summary>
    internal sealed record Message(IReadOnlyDictionary<string, PayloadShape> Fields) : PayloadShape
    {
        public override void Check(JsonNode? value, string path)
        {
            if (value is not JsonObject message)
            {
                throw GeminiRefusal.Rpc(400, "INVALID_ARGUMENT", $"Invalid value at '{path}' (message), {value?.ToJsonString() ?? "null"}");
            }

            foreach (var (name, member) in message)
            {
                if (!Fields.TryGetValue(name, out var shape))
                {
                    var place = path.Length == 0 ? "" : $" at '{path}'";
                    throw GeminiRefusal.Payload(path, $"Unknown name \"{name}\"{place}: Cannot find field.");
                }

                shape.Check(member, path.Length == 0 ? SnakeCase(name) : $"{path}.{SnakeCase(name)}");
            }
        }
    }
}

using System.Text;
using System.Text.Json;
using OpenInteractions.Engine.Schemas;

namespace OpenInteractions.Engine.Tests.Schemas;

internal static class Check
{
    public static SchemaVerdict Text(string schema, string value) => JsonSchema.Compile(JsonElement.Parse(schema)).CheckText(Encoding.UTF8.GetBytes(value));

    /// <summary>Pointer and keyword of each error.</summary>
    public static IEnumerable<string> Errors(string schema, string value) => Text(schema, value).Errors.Select(e => $"{e.Pointer} {e.Keyword}");
}

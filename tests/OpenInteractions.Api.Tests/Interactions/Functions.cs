using System.Text.Json;
using OpenInteractions.Testing.Client;

namespace OpenInteractions.Api.Tests.Interactions;

/// <summary>Bodies of function calling.</summary>
internal static class Functions
{
    public const string Tools =
        """
        [{"type":"function","name":"get_weather","description":"Weather of a city.","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}},
         {"type":"function","name":"get_time","parameters":{"type":"object","properties":{}}}]
        """;

    public static string Ask(string input, string model = "demo", string more = "") => $$"""{"model":"{{model}}","input":{{JsonSerializer.Serialize(input)}},"tools":{{Tools}}{{more}}}""";

    /// <summary>Answers the first call of an interaction.</summary>
    public static string Result(Answer asked, string result, string more = "") => Results(asked, [ResultStep(Calls(asked)[0], JsonSerializer.Serialize(result))], more);

    public static string Results(Answer asked, IEnumerable<string> steps, string more = "") =>
        $$"""{"model":"{{asked.Json.GetProperty("model").GetString()}}","previous_interaction_id":"{{asked.Id}}","tools":{{Tools}},"input":[{{string.Join(',', steps)}}]{{more}}}""";

    public static string ResultStep(JsonElement call, string result, string more = "") =>
        $$"""{"type":"function_result","call_id":"{{call.GetProperty("id").GetString()}}","name":"{{call.GetProperty("name").GetString()}}","result":{{result}}{{more}}}""";

    public static IReadOnlyList<JsonElement> Calls(Answer asked) => [.. asked.Steps.Where(s => s.GetProperty("type").GetString() == "function_call")];
}

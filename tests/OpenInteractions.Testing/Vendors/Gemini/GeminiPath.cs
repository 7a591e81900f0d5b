using System.Text.RegularExpressions;

namespace OpenInteractions.Testing.Vendors.Gemini;

/// <summary>A path of the models collection: <c>/v1beta/models</c>, <c>/v1beta/models/x</c>, <c>/v1beta/models/x:verb</c>.</summary>
internal sealed partial record GeminiPath(string Version, string? Model, string? Verb)
{
    public static GeminiPath? Parse(string path)
    {
        var match = Pattern().Match(path);
        return match.Success
            ? new(match.Groups["version"].Value, Value(match.Groups["model"]), Value(match.Groups["verb"]))
            : null;

        static string? Value(Group group) => group.Success ? group.Value : null;
    }

    [GeneratedRegex("^/(?<version>v[0-9a-z]+)/models(/(?<model>[^/:]+)(:(?<verb>[A-Za-z]+))?)?$")]
    private static partial Regex Pattern();
}

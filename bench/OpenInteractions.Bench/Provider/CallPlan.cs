using System.Globalization;
using System.Text;

namespace OpenInteractions.Bench.Provider;

/// <summary>What a model calls before it answers: all in one round, and each call takes as long as the model's id says.</summary>
/// <param name="Remote">Calls of the tool of the MCP server.</param>
/// <param name="IsMixed">One search and one page beside.</param>
/// <param name="Milliseconds">How long each takes.</param>
internal sealed record CallPlan(int Remote, bool IsMixed, int Milliseconds)
{
    /// <summary>How the MCP server is called in declarations.</summary>
    public const string Server = "bench";

    /// <summary>The one tool that it has.</summary>
    public const string RemoteTool = "look";

    private const string MixedPrefix = "bench-tools-";
    private const string RemotePrefix = "bench-calls-";

    /// <summary>The model that calls three tools, one of each kind.</summary>
    public static string MixedModel(int milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{MixedPrefix}{milliseconds}");

    /// <summary>The model that calls the tool of the MCP server so many times.</summary>
    public static string RemoteModel(int calls, int milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{RemotePrefix}{calls}-{milliseconds}");

    /// <summary>The plan that a model's id tells, or null.</summary>
    public static CallPlan? Of(string model) =>
        model.StartsWith(MixedPrefix, StringComparison.Ordinal) && Numbers(model[MixedPrefix.Length..]) is [var each] ? new(1, true, each)
        : model.StartsWith(RemotePrefix, StringComparison.Ordinal) && Numbers(model[RemotePrefix.Length..]) is [var calls, var milliseconds] ? new(calls, false, milliseconds)
        : null;

    /// <summary>The whole stream of the round that calls.</summary>
    /// <param name="tools">Where the pages are.</param>
    public byte[] Stream(Uri tools)
    {
        var calls = Enumerable.Range(0, Remote).Select(n => ($"{Server}__{RemoteTool}", string.Create(CultureInfo.InvariantCulture, $$"""{"milliseconds":{{Milliseconds}},"n":{{n}}}""")));
        if (IsMixed)
        {
            calls = calls
                .Append(("google_search", string.Create(CultureInfo.InvariantCulture, $$"""{"queries":["{{Milliseconds}}"]}""")))
                .Append(("url_context", string.Create(CultureInfo.InvariantCulture, $$"""{"urls":["{{new Uri(tools, $"/bench/tools/pages/{Milliseconds}")}}"]}""")));
        }

        var text = new StringBuilder();
        foreach (var (index, (name, arguments)) in calls.Index())
        {
            var written = arguments.Replace("\"", "\\\"", StringComparison.Ordinal);
            text.Append(ChatFrames.Choice(string.Create(
                CultureInfo.InvariantCulture,
                $$$"""{"tool_calls":[{"index":{{{index}}},"id":"call_{{{index}}}","type":"function","function":{"name":"{{{name}}}","arguments":"{{{written}}}"}}]}"""), "null"));
        }

        return [.. ChatFrames.Role, .. Encoding.UTF8.GetBytes(text.Append(ChatFrames.Choice("{}", "\"tool_calls\"")).ToString())];
    }

    private static int[] Numbers(string text)
    {
        var parts = text.Split('-');
        var numbers = parts.Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        return numbers.All(number => number >= 0) ? numbers : [];
    }
}

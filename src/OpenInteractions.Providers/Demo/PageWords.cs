using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenInteractions.Contracts.Tools;

namespace OpenInteractions.Providers.Demo;

/// <summary>Prompts with addresses in them, which are to be read where there is a tool for it.</summary>
internal static partial class PageWords
{
    private const string Reader = "url_context";
    private const int MostPages = 20;

    /// <summary>Where a prompt has its first address; null when it has none, or nobody can read it.</summary>
    public static Mention? In(string prompt, IReadOnlyList<FunctionTool> functions)
    {
        var address = Address().Match(prompt);
        return address.Success && functions.FirstOrDefault(f => f.Name == Reader) is { } function ? new Mention(function, address.Index, address.Index) : null;
    }

    /// <summary>The arguments of a reading; null for another function, and when there is no address.</summary>
    public static JsonObject? Arguments(FunctionTool function, string prompt)
    {
        if (function.Name != Reader)
        {
            return null;
        }

        var addresses = Address().Matches(prompt).Select(m => m.Value).Distinct(StringComparer.Ordinal).Take(MostPages).ToArray();
        return addresses.Length == 0 ? null : new JsonObject { ["urls"] = new JsonArray([.. addresses.Select(a => (JsonNode)a)]) };
    }

    [GeneratedRegex("""https?://[^\s<>"'`]*[^\s<>"'`.,;:!?)\]]""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}

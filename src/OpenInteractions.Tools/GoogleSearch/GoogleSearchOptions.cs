using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>Who searches. Configuration section <c>OpenInteractions:Tools:GoogleSearch</c>.</summary>
public sealed class GoogleSearchOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = ToolOptions.Section + ":GoogleSearch";

    /// <summary>The engine; none by default.</summary>
    public SearchEngineName? Engine { get; set; }

    /// <summary>The key that the engine knows this server by.</summary>
    public string? Key { get; set; }

    /// <summary>Where the engine is: of SearXNG; of <c>local</c>, the address under which the pages of the folder are found; elsewhere in place of the engine's own.</summary>
    public string? Address { get; set; }

    /// <summary>The id of the Programmable Search Engine (<c>cx</c>).</summary>
    public string? EngineId { get; set; }

    /// <summary>For <c>local</c>: a folder of pages, or a file that lists them.</summary>
    public string? Pages { get; set; }

    /// <summary>Results of one search. Default 8.</summary>
    [Range(1, 20)]
    public int Results { get; set; } = 8;

    /// <summary>The language of results, such as <c>de</c> or <c>pt-BR</c>; not set: any.</summary>
    public string? Language { get; set; }

    /// <summary>Whether offensive results are left out; not set: what the engine does by itself.</summary>
    public SafeSearch? SafeSearch { get; set; }

    /// <summary>How long one search may take. Default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:02:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Who searches when the model's vendor has a search of its own and an engine is set. Default <see cref="SearchPreference.Engine"/>.</summary>
    public SearchPreference Prefer { get; set; } = SearchPreference.Engine;
}

/// <summary>The engines.</summary>
public enum SearchEngineName
{
    /// <summary>A SearXNG instance of the operator's.</summary>
    Searxng,

    /// <summary>Brave Search.</summary>
    Brave,

    /// <summary>Tavily.</summary>
    Tavily,

    /// <summary>Google Programmable Search.</summary>
    Google,

    /// <summary>Pages of the operator's own, on this machine.</summary>
    Local,
}

/// <summary>How much is left out.</summary>
public enum SafeSearch
{
    /// <summary>Nothing.</summary>
    Off,

    /// <summary>What is explicit.</summary>
    Moderate,

    /// <summary>All that may offend.</summary>
    Strict,
}

/// <summary>Who searches when both can.</summary>
public enum SearchPreference
{
    /// <summary>The engine of this server.</summary>
    Engine,

    /// <summary>The model's vendor.</summary>
    Native,
}

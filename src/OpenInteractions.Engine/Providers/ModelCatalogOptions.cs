using System.ComponentModel.DataAnnotations;

namespace OpenInteractions.Engine.Providers;

/// <summary>How model ids are found. Section <c>OpenInteractions:Models</c>.</summary>
public sealed class ModelCatalogOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "OpenInteractions:Models";

    /// <summary>Ids of your own → <c>provider/model</c>, or another alias. An application that asks for a vendor's model runs on another one without a change.</summary>
    public Dictionary<string, string> Aliases { get; } = new(StringComparer.Ordinal);

    /// <summary>The provider that gets every id that nothing else claims, or null: such ids are then unknown.</summary>
    public string? DefaultProvider { get; set; }

    /// <summary>How long a provider's list is used before it is asked for again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ListFreshness { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a lookup waits for a list that was never read. A slower provider's list counts as empty until it is there.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan ListPatience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a provider may take for its list in all.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ListTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a provider is left alone after its list could not be read, and how old a list must be before an unknown id makes it read again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ListRetryDelay { get; set; } = TimeSpan.FromSeconds(15);
}

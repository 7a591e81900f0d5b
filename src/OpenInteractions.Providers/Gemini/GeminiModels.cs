using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace OpenInteractions.Providers.Gemini;

/// <summary>What is known of the vendor's models by their names; the list of models tells only token limits and whether they think.</summary>
internal static partial class GeminiModels
{
    private const Modalities Everything = Modalities.Text | Modalities.Image | Modalities.Audio | Modalities.Video | Modalities.Document;

    /// <summary>Prefixes of ids that are the vendor's.</summary>
    public static ImmutableArray<string> FamilyPrefixes { get; } = ["gemini-", "gemma-", "lyria-"];

    public static ModelDescription Describe(string provider, string id, GeminiModelInfo? info = null) => new()
    {
        Id = id,
        Provider = provider,
        DisplayName = info?.DisplayName,
        Description = info?.Description,
        // Signatures do not survive a change of model, so every model is a family of its own (P-2).
        Family = id,
        Capabilities = Capabilities(id) is var known && info is null
            ? known
            : known with
            {
                InputTokenLimit = info!.InputTokenLimit,
                OutputTokenLimit = info.OutputTokenLimit,
                ThinkingLevels = info.Thinking == true ? known.ThinkingLevels : [],
            },
    };

    /// <summary>Whether the model checks signatures, takes <c>thinkingLevel</c> and media inside function responses: 3.0 and later.</summary>
    public static bool IsThirdGeneration(string id) => Version(id) is not (< 3, _);

    /// <summary>Whether a function's result may have media inside: 3.0 and later, and the models that were made for screens.</summary>
    public static bool TakesMediaInResults(string id) => IsThirdGeneration(id) || IsForScreens(id);

    /// <summary>A model that does nothing but operate a browser, with the first set of functions for it.</summary>
    public static bool IsForScreens(string id) => Names(id, "-computer-use");

    /// <summary>The token budget of a level, for models that know no levels (2.5). Zero switches thinking off where the model can do that.</summary>
    public static int Budget(string id, string level) => level switch
    {
        "minimal" => id.Contains("-pro", StringComparison.Ordinal) ? 128 : 0,
        "low" => 2_048,
        "medium" => 8_192,
        _ => 24_576,
    };

    private static ModelCapabilities Capabilities(string id)
    {
        if (Names(id, "-tts"))
        {
            return new() { Output = Modalities.Audio, Functions = false, ParallelCalls = false, StructuredOutput = false, StructuredOutputWithFunctions = false };
        }

        if (id.StartsWith("lyria-", StringComparison.Ordinal))
        {
            return new()
            {
                Input = Modalities.Text | Modalities.Image, Output = Modalities.Text | Modalities.Audio,
                Functions = false, ParallelCalls = false, StructuredOutput = false, StructuredOutputWithFunctions = false,
            };
        }

        if (Names(id, "-image", "nano-banana", "-omni"))
        {
            return new()
            {
                Input = Everything,
                Output = Modalities.Text | (Names(id, "-omni") ? Modalities.Video : Modalities.Image),
                Functions = false, ParallelCalls = false, StructuredOutputWithFunctions = false,
                ThinkingLevels = IsThirdGeneration(id) && !Names(id, "-omni") ? ["minimal", "high"] : [],
            };
        }

        if (Names(id, "-transcribe"))
        {
            return new() { Input = Everything, Functions = false, ParallelCalls = false, StructuredOutputWithFunctions = false };
        }

        return new()
        {
            Input = id.StartsWith("gemma-", StringComparison.Ordinal) ? Modalities.Text | Modalities.Image : Everything,
            StructuredOutputWithFunctions = IsThirdGeneration(id),
            NativeTools = Tools(id),
            ThinkingLevels = Levels(id),
        };
    }

    /// <summary>What the vendor runs itself, and screens, which its newer models can operate.</summary>
    private static string[] Tools(string id)
    {
        if (IsForScreens(id))
        {
            return [ComputerUseTool.TypeName];
        }

        string[] all = id.StartsWith("gemma-", StringComparison.Ordinal) ? [] : [GoogleSearchTool.TypeName, UrlContextTool.TypeName, GoogleMapsTool.TypeName, CodeExecutionTool.TypeName];
        return all.Length > 0 && IsThirdGeneration(id) && !Names(id, "-lite") ? [.. all, ComputerUseTool.TypeName] : all;
    }

    /// <summary>The levels per model; one that is missing is an error at the vendor (behaviour TH-1).</summary>
    private static string[] Levels(string id) => Version(id) switch
    {
        (< 2, _) or (2, < 5) => [],
        (2, _) => ["minimal", "low", "medium", "high"],
        (3, 0) when Names(id, "-pro") => ["low", "high"],
        (3, < 7) when !Names(id, "-pro") => ["minimal", "low", "medium", "high"],
        _ when Names(id, "-flash-lite") => ["minimal", "low", "medium", "high"],
        _ when id.StartsWith("gemma-", StringComparison.Ordinal) => [],
        _ => ["low", "medium", "high"],
    };

    private static bool Names(string id, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (id.Contains(part, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Major and minor version in the id; ids without one (<c>gemini-flash-latest</c>) count as the newest.</summary>
    private static (int Major, int Minor) Version(string id)
    {
        var match = VersionPattern().Match(id);
        return match.Success
            ? (int.Parse(match.Groups["major"].Value, CultureInfo.InvariantCulture),
                match.Groups["minor"].Success ? int.Parse(match.Groups["minor"].Value, CultureInfo.InvariantCulture) : 0)
            : (int.MaxValue, 0);
    }

    [GeneratedRegex(@"^gemini-(?<major>\d{1,3})(\.(?<minor>\d{1,3}))?(-|$)")]
    private static partial Regex VersionPattern();
}

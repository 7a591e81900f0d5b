using System.Text.Json.Serialization;

namespace OpenInteractions.Engine.Tools.Policy;

/// <summary>The file of rules as it is written. What it does not know makes it broken: a rule that is passed over protects nobody.</summary>
internal sealed record RuleFile
{
    /// <summary>The first rule that fits decides.</summary>
    public required IReadOnlyList<RuleText> Rules { get; init; }

    /// <summary><c>allow</c>, which is meant when it is left out, or <c>deny</c>: what holds where no rule fits.</summary>
    public string? Default { get; init; }
}

/// <summary>One rule. Everything that it names must fit.</summary>
internal sealed record RuleText
{
    /// <summary>For the record; its number when it has none.</summary>
    public string? Name { get; init; }

    /// <summary><c>allow</c>, <c>deny</c> or <c>require_approval</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>
    /// A function as the model names it, or a type of tool; <c>*</c> stands for any characters. Callers choose the names of remote servers, and long or odd ones are shortened for the model: a rule that does not
    /// allow fits the tool's own name and <c>SERVER__TOOL</c> as well, one that allows does so only together with <see cref="Server"/>.
    /// </summary>
    public string? Tool { get; init; }

    /// <summary>The address of a remote server; <c>*</c> stands for any characters.</summary>
    public string? Server { get; init; }

    /// <summary>Arguments by name, or by JSON Pointer where the name begins with <c>/</c>, and a regular expression that is found in each.</summary>
    public IReadOnlyDictionary<string, string>? Arguments { get; init; }

    /// <summary>A regular expression that is found in the result's text. Such a rule decides when the result is there.</summary>
    public string? Result { get; init; }

    /// <summary>The agent; <c>*</c> stands for any characters.</summary>
    public string? Agent { get; init; }

    /// <summary>The project; <c>*</c> stands for any characters.</summary>
    public string? Project { get; init; }

    /// <summary>Why, for the model.</summary>
    public string? Reason { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, AllowDuplicateProperties = false, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(RuleFile))]
internal sealed partial class RuleJson : JsonSerializerContext;

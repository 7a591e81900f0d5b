using System.Collections.Immutable;
using System.Text.RegularExpressions;
using OpenInteractions.Providers.Http;

namespace OpenInteractions.Providers.OpenAI;

/// <summary>
/// Optional settings that a model has refused, kept for a while (<see cref="ModelMemory{T}"/>): the first call pays with one refusal, later ones do not
/// send the setting (protocols 6.2). Only settings whose loss changes no promise are here: a thinking level that is refused stays an error (behaviour TH-1),
/// except where nobody knows whether the model thinks.
/// </summary>
internal sealed partial class LearnedRefusals(TimeProvider time)
{
    public const string Temperature = "temperature";
    public const string TopP = "top_p";
    public const string Stop = "stop";
    public const string Include = "include";
    public const string Summary = "reasoning.summary";
    public const string ParallelCalls = "parallel_tool_calls";
    public const string Seed = "seed";
    public const string MaxTokens = "max_tokens";
    public const string MaxCompletionTokens = "max_completion_tokens";
    public const string StreamOptions = "stream_options";
    public const string Strict = "strict";
    public const string Effort = "reasoning_effort";

    private static readonly ImmutableHashSet<string> Droppable =
        [Temperature, TopP, Stop, Include, Summary, ParallelCalls, Seed, MaxTokens, MaxCompletionTokens, StreamOptions, Strict];

    private readonly ModelMemory<ImmutableHashSet<string>> _byModel = new(time);

    /// <summary>What a model has refused, as it is known now: a call keeps to it from its request to the end of its answer.</summary>
    public ImmutableHashSet<string> Of(string model) => _byModel.TryGet(model, out var refused) ? refused : [];

    /// <summary>Learns from a refusal.</summary>
    /// <param name="known">What the request that was refused has left out.</param>
    /// <returns>That and what the refusal is about; null when it tells nothing new, so that another request makes no sense.</returns>
    public ImmutableHashSet<string>? Learn(ModelRequest request, ImmutableHashSet<string> known, UpstreamFailureException failure)
    {
        if (failure is not { Status: 400 or 422, Error: { } error } || Refused(request, error) is not { } setting || known.Contains(setting))
        {
            return null;
        }

        _byModel.Learn(request.Model.Id, [], refused => refused.Add(setting));
        return known.Add(setting);
    }

    private static string? Refused(ModelRequest request, UpstreamError error) =>
        request is { Config.ThinkingLevel: not null, Model.Capabilities.MayThink: true } && IsAboutThinking(error) ? Effort
        : SaysUnsupported(error) ? Setting(error)
        : null;

    /// <summary>Servers have no common words for it: they name the setting, or say that the model does not think.</summary>
    private static bool IsAboutThinking(UpstreamError error) =>
        error.Param is Effort or "reasoning" or "reasoning.effort"
        || error.Message.Contains(Effort, StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("reasoning.effort", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not support thinking", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("not support reasoning", StringComparison.OrdinalIgnoreCase);

    private static bool SaysUnsupported(UpstreamError error) =>
        error.Code is "unsupported_parameter" or "unsupported_value" or "unknown_parameter" or "extra_forbidden" or "value_error.extra"
        || error.Message.Contains("not supported", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("unsupported", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("Unrecognized request argument", StringComparison.Ordinal)
        || error.Message.Contains("Extra inputs are not permitted", StringComparison.OrdinalIgnoreCase)
        || error.Message.Contains("must be verified", StringComparison.Ordinal);

    private static string? Setting(UpstreamError error)
    {
        var name = error.Param ?? NamedSetting().Match(error.Message).Groups["name"].Value;
        name = name.EndsWith(".strict", StringComparison.Ordinal) ? Strict : name;
        return Droppable.Contains(name) ? name : null;
    }

    // "Unrecognized request argument supplied: seed", "Unsupported parameter: 'seed'", "seed is not supported".
    [GeneratedRegex(@"(argument supplied|parameter): ['`]?(?<name>[a-z_]+(\.[a-z_]+)*)|['`]?\b(?<name>[a-z_]+(\.[a-z_]+)*)['`]? (is|are) (not supported|unsupported)")]
    private static partial Regex NamedSetting();
}

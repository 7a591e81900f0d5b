using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Tools.GoogleSearch;

/// <summary>What an engine needs, and what it cannot do, told at start. Values are not repeated: some are secret.</summary>
internal sealed class GoogleSearchSettings : IValidateOptions<GoogleSearchOptions>
{
    public ValidateOptionsResult Validate(string? name, GoogleSearchOptions options) =>
        Problems(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;

    private static IEnumerable<string> Problems(GoogleSearchOptions o)
    {
        if (o.Engine is not { } engine)
        {
            if (Set(o).FirstOrDefault() is { } lonely)
            {
                yield return $"{Name(nameof(o.Engine))}: must be set, because {Name(lonely)} is.";
            }

            yield break;
        }

        var word = JsonNamingPolicy.CamelCase.ConvertName(engine.ToString());
        foreach (var needed in Needs(engine).Where(n => !Set(o).Contains(n)))
        {
            yield return $"{Name(needed)}: must be set for the engine '{word}'{Hint(engine, needed)}.";
        }

        foreach (var other in Set(o).Except([.. Needs(engine), .. Takes(engine)]))
        {
            yield return $"{Name(other)}: the engine '{word}' has no such setting.";
        }

        if (!ServiceAddress.IsRightOrMissing(o.Address))
        {
            yield return $"{Name(nameof(o.Address))}: {ServiceAddress.Rule}";
        }

        if (o.Key is { Length: > 0 } key && !key.All(c => c is > ' ' and < '\u007f'))
        {
            yield return $"{Name(nameof(o.Key))}: must be printable ASCII without spaces.";
        }

        if (o.Language is { Length: > 0 } language && !(language.Length <= 20 && language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
        {
            yield return $"{Name(nameof(o.Language))}: must be a language tag such as de or pt-BR.";
        }

        if (engine == SearchEngineName.Google && o.Results > 10)
        {
            yield return $"{Name(nameof(o.Results))}: the engine 'google' gives at most 10.";
        }

        if (engine == SearchEngineName.Local && string.IsNullOrEmpty(o.Address) && Directory.Exists(o.Pages))
        {
            yield return $"{Name(nameof(o.Address))}: must be set for a folder of pages: the address under which people find them.";
        }

        if (engine == SearchEngineName.Local && o.Pages is { Length: > 0 } pages && !Directory.Exists(pages) && !File.Exists(pages))
        {
            yield return $"{Name(nameof(o.Pages))}: there is no such folder or file.";
        }
    }

    /// <summary>Settings that are set and that not every engine has.</summary>
    private static IEnumerable<string> Set(GoogleSearchOptions o)
    {
        (string Name, bool IsSet)[] settings =
        [
            (nameof(o.Key), !string.IsNullOrEmpty(o.Key)), (nameof(o.Address), !string.IsNullOrEmpty(o.Address)), (nameof(o.EngineId), !string.IsNullOrEmpty(o.EngineId)),
            (nameof(o.Pages), !string.IsNullOrEmpty(o.Pages)), (nameof(o.Language), !string.IsNullOrEmpty(o.Language)), (nameof(o.SafeSearch), o.SafeSearch is not null),
        ];
        return settings.Where(s => s.IsSet).Select(s => s.Name);
    }

    private static string[] Needs(SearchEngineName engine) => engine switch
    {
        SearchEngineName.Searxng => [nameof(GoogleSearchOptions.Address)],
        SearchEngineName.Brave or SearchEngineName.Tavily => [nameof(GoogleSearchOptions.Key)],
        SearchEngineName.Google => [nameof(GoogleSearchOptions.Key), nameof(GoogleSearchOptions.EngineId)],
        _ => [nameof(GoogleSearchOptions.Pages)],
    };

    private static string[] Takes(SearchEngineName engine) => engine switch
    {
        SearchEngineName.Searxng => [nameof(GoogleSearchOptions.Language), nameof(GoogleSearchOptions.SafeSearch)],
        SearchEngineName.Brave or SearchEngineName.Google => [nameof(GoogleSearchOptions.Address), nameof(GoogleSearchOptions.Language), nameof(GoogleSearchOptions.SafeSearch)],
        _ => [nameof(GoogleSearchOptions.Address)],
    };

    private static string Hint(SearchEngineName engine, string needed) => (engine, needed) switch
    {
        (SearchEngineName.Searxng, _) => ": the address of your instance",
        (SearchEngineName.Google, nameof(GoogleSearchOptions.EngineId)) => ": the id of your Programmable Search Engine (cx)",
        (SearchEngineName.Local, _) => ": a folder of pages, or a file that lists them",
        _ => "",
    };

    private static string Name(string setting) => $"{GoogleSearchOptions.Section}:{setting}";
}

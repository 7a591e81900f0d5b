using Microsoft.Extensions.Options;
using OpenInteractions.Engine.Settings;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>What belongs together, told at start.</summary>
internal sealed class GoogleMapsSettings : IValidateOptions<GoogleMapsOptions>
{
    public ValidateOptionsResult Validate(string? name, GoogleMapsOptions options) =>
        Problems(options).ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;

    private static IEnumerable<string> Problems(GoogleMapsOptions o)
    {
        (string Setting, string? Value)[] addresses = [(nameof(o.NominatimAddress), o.NominatimAddress), (nameof(o.OverpassAddress), o.OverpassAddress)];
        foreach (var (setting, value) in addresses.Where(a => !ServiceAddress.IsRightOrMissing(a.Value)))
        {
            yield return $"{Name(setting)}: {ServiceAddress.Rule}";
        }

        if (string.IsNullOrEmpty(o.NominatimAddress) && !string.IsNullOrEmpty(o.OverpassAddress))
        {
            yield return $"{Name(nameof(o.NominatimAddress))}: must be set, because {Name(nameof(o.OverpassAddress))} is: Overpass knows no place by its name.";
        }

        if (o.Contact is { Length: > 0 } contact && !(contact.Length <= 200 && contact.All(c => c is > ' ' and < '\u007f' and not '(' and not ')' and not '\\')))
        {
            yield return $"{Name(nameof(o.Contact))}: must be a mail or web address, of printable ASCII without spaces and brackets.";
        }

        foreach (var (setting, value) in addresses.Where(a => PublicInstances.Has(a.Value)))
        {
            if (string.IsNullOrEmpty(o.Contact))
            {
                yield return $"{Name(nameof(o.Contact))}: must be set for the public instance of {Name(setting)}, whose operators want to know who asks.";
            }

            if (o.Concurrency > 1)
            {
                yield return $"{Name(nameof(o.Concurrency))}: must be 1 for the public instance of {Name(setting)}.";
            }
        }

        if (o.Language is { Length: > 0 } language && !(language.Length <= 20 && language.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')))
        {
            yield return $"{Name(nameof(o.Language))}: must be a language tag such as de or pt-BR.";
        }
    }

    private static string Name(string setting) => $"{GoogleMapsOptions.Section}:{setting}";
}

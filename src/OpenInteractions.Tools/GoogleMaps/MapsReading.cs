using System.Globalization;
using System.Text;
using OpenInteractions.Engine.Citations;

namespace OpenInteractions.Tools.GoogleMaps;

/// <summary>What a model reads of searches for places: each place once, with its mark.</summary>
internal static class MapsReading
{
    public static ToolReading Of(string callId, IReadOnlyList<MapAnswer> answers, int asked)
    {
        var sources = new List<CitedSource>();
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = new StringBuilder();
        foreach (var answer in answers)
        {
            text.Append(text.Length == 0 ? "" : "\n").Append("Results of ").Append(MapSearch.EngineName).Append(" for: ").Append(answer.Query);
            if (answer.Findings is not { Places: var places } findings)
            {
                text.Append('\n').Append(answer.Fault).Append('\n');
                continue;
            }

            text.Append(findings.Metres is { } metres ? $" (within {Distance(metres)} of {findings.CentreName})\n" : "\n");
            text.Append(places.Count == 0 ? "Nothing was found.\n" : "");
            foreach (var place in places)
            {
                if (marks.TryGetValue(place.Id, out var known))
                {
                    text.Append($"\n[{known}] (as above)\n");
                    continue;
                }

                var mark = CitationMark.Of(callId, sources.Count + 1);
                marks.Add(place.Id, mark);
                sources.Add(new CitedSource(mark, new PlaceCitation { PlaceId = place.Id, Name = place.Name, Url = place.Url }));
                Write(text, mark, place, findings);
            }
        }

        if (asked > answers.Count)
        {
            text.Append($"\nOnly the first {answers.Count} of {asked} queries were looked up.\n");
        }

        if (sources.Count > 0)
        {
            text.Insert(0, $"{CitationMark.Instruction(sources[0].Mark)}\nThe data is © OpenStreetMap contributors; distances are as the crow flies.\n\n");
        }

        return ToolReading.Of(text.ToString().TrimEnd()) with { Sources = sources };
    }

    private static void Write(StringBuilder text, string mark, FoundPlace place, MapFindings findings)
    {
        text.Append($"\n[{mark}] {place.Name}\n{place.Name}");
        text.Append(place.Kind.Length > 0 ? $" ({place.Kind})" : "");
        if (findings is { Centre: { } centre, CentreName: { } name })
        {
            text.Append($", {Distance(centre.MetresTo(place.Point))} from {name}");
        }

        text.Append(place.Address is { Length: > 0 } address ? $": {address}\n" : "\n").Append("Position: ").Append(place.Point).Append('\n');
        foreach (var (fact, value) in place.Facts)
        {
            text.Append(fact).Append(": ").Append(value).Append('\n');
        }
    }

    private static string Distance(double metres) =>
        metres < 1000 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Round(metres / 10) * 10:0} m") : string.Create(CultureInfo.InvariantCulture, $"{metres / 1000:0.#} km");
}

/// <summary>What became of one query.</summary>
/// <param name="Query">The query.</param>
/// <param name="Findings">What was found; null when the search failed.</param>
/// <param name="Fault">Why it failed.</param>
internal sealed record MapAnswer(string Query, MapFindings? Findings, string? Fault);

using System.Text.Json;

namespace OpenInteractions.Ledger.Rules;

/// <summary>The rules, by area and in the order in which the page shows them.</summary>
internal sealed record RulesFile
{
    public required IReadOnlyList<Area> Areas { get; init; }

    public IEnumerable<Rule> AllRules() => Areas.SelectMany(area => area.Rules);

    public static RulesFile Load(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, LedgerJson.Default.RulesFile)
                ?? throw new LedgerException($"{path} is empty.");
        }
        catch (JsonException error)
        {
            throw new LedgerException($"{path} cannot be read: {error.Message}");
        }
        catch (IOException error)
        {
            throw new LedgerException($"{path} cannot be read: {error.Message}");
        }
    }

    /// <summary>What is wrong with the file by itself, whatever the tests say.</summary>
    public IEnumerable<string> Problems() =>
        [.. Areas.SelectMany(MissingAndMisplaced), .. Doubles(), .. AllRules().SelectMany(BadLines)];

    private static IEnumerable<string> MissingAndMisplaced(Area area)
    {
        var expected = area.Ids.SelectMany(RuleIds.Expand).ToList();
        var present = area.Rules.Select(rule => rule.Id).ToList();
        return
        [
            .. expected.Except(present).Select(id => $"{id}: is missing; the ids of \"{area.Title}\" ask for it."),
            .. present.Except(expected).Select(id => $"{id}: is not among the ids of \"{area.Title}\"."),
        ];
    }

    private IEnumerable<string> Doubles() =>
        from rule in AllRules()
        group rule by rule.Id into same
        where same.Count() > 1
        select $"{same.Key}: stands in the rules file {same.Count()} times.";

    private static IEnumerable<string> BadLines(Rule rule)
    {
        if (string.IsNullOrWhiteSpace(rule.Text))
        {
            yield return $"{rule.Id}: has no text.";
        }

        if (!Claim.All.Contains(rule.Claim))
        {
            yield return $"{rule.Id}: claims '{rule.Claim}'; a claim is one of '{string.Join("', '", Claim.All)}'.";
        }
        else if (rule.Claim == Claim.Holds && rule.Reason is not null)
        {
            yield return $"{rule.Id}: holds, so it needs no reason; remove it.";
        }
        else if (rule.Claim != Claim.Holds && string.IsNullOrWhiteSpace(rule.Reason))
        {
            yield return rule.Claim == Claim.NotYet
                ? $"{rule.Id}: a rule that does not hold yet names in 'reason' the part it waits for."
                : $"{rule.Id}: a rule that was chosen differently says why in 'reason'.";
        }
    }
}

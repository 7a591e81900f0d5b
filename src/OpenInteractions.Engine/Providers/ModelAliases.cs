using System.Collections.Frozen;

namespace OpenInteractions.Engine.Providers;

/// <summary>The configured aliases, followed to their ends.</summary>
internal sealed class ModelAliases
{
    private readonly FrozenDictionary<string, (string Provider, string Model)> _targets;

    /// <exception cref="ArgumentException">An alias is wrong; <see cref="Problems"/> says how.</exception>
    public ModelAliases(IReadOnlyDictionary<string, string> aliases, IReadOnlyCollection<string> providers)
    {
        if (Problems(aliases, providers) is [var first, ..])
        {
            throw new ArgumentException(first, nameof(aliases));
        }

        _targets = aliases.Keys.ToFrozenDictionary(alias => alias, alias => Split(End(alias, aliases)!), StringComparer.Ordinal);
    }

    public IEnumerable<string> Names => _targets.Keys.Order(StringComparer.Ordinal);

    public bool TryGet(string id, out (string Provider, string Model) target) => _targets.TryGetValue(id, out target);

    /// <summary>Everything that is wrong with the aliases, each naming its setting.</summary>
    public static IReadOnlyList<string> Problems(IReadOnlyDictionary<string, string> aliases, IReadOnlyCollection<string> providers)
    {
        var problems = new List<string>();
        foreach (var (alias, target) in aliases.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            var setting = $"{ModelCatalogOptions.Section}:Aliases:{alias}";
            if (alias.StartsWith(ModelCatalog.ModelsPrefix, StringComparison.Ordinal) || alias.Trim() != alias || alias.Length == 0)
            {
                problems.Add($"{setting}: an alias is an id without spaces around it and without 'models/' before it.");
            }
            else if (End(alias, aliases) is not { } end)
            {
                problems.Add($"{setting}: '{target}' leads back to '{alias}'. An alias must end at 'provider/model'.");
            }
            else if (!IsQualified(end))
            {
                problems.Add($"{setting}: '{end}' is neither 'provider/model' nor another alias.");
            }
            else if (!providers.Contains(Split(end).Provider))
            {
                problems.Add($"{setting}: there is no provider '{Split(end).Provider}'. Configured: {string.Join(", ", providers)}.");
            }
        }

        return problems;
    }

    /// <summary>Where an alias ends, or null when it never does.</summary>
    private static string? End(string alias, IReadOnlyDictionary<string, string> aliases)
    {
        var target = alias;
        for (var hops = 0; aliases.TryGetValue(target, out var next); hops++)
        {
            if (hops > aliases.Count)
            {
                return null;
            }

            target = ModelCatalog.WithoutModelsPrefix(next);
        }

        return target;
    }

    private static bool IsQualified(string id) => id.IndexOf('/') is > 0 and var slash && slash < id.Length - 1;

    private static (string Provider, string Model) Split(string id) => (id[..id.IndexOf('/')], id[(id.IndexOf('/') + 1)..]);
}

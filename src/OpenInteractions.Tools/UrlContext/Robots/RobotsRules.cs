namespace OpenInteractions.Tools.UrlContext.Robots;

/// <summary>What one <c>robots.txt</c> says to one robot (RFC 9309).</summary>
internal sealed class RobotsRules
{
    private const int MaxRules = 10_000;

    private readonly List<(string Pattern, bool IsAllowed)> _rules;
    private readonly bool _otherwise;

    private RobotsRules(List<(string, bool)> rules, bool otherwise) => (_rules, _otherwise) = (rules, otherwise);

    /// <summary>About the bytes that it takes in memory.</summary>
    public int Size => 100 + _rules.Sum(r => 50 + (2 * r.Pattern.Length));

    public static RobotsRules AllowAll { get; } = new([], otherwise: true);

    public static RobotsRules DisallowAll { get; } = new([], otherwise: false);

    /// <summary>The groups for the robot by its name; those for every robot when there are none.</summary>
    public static RobotsRules Parse(string text, string robot)
    {
        List<(string, bool)> own = [], others = [];
        var isNamed = false;
        var (forUs, forAll, isInNames) = (false, false, false);
        foreach (var line in text.Split('\n', '\r'))
        {
            var plain = line.AsSpan();
            plain = plain.IndexOf('#') is >= 0 and var comment ? plain[..comment] : plain;
            if (plain.IndexOf(':') is not (>= 0 and var colon))
            {
                continue;
            }

            var name = plain[..colon].Trim();
            var value = plain[(colon + 1)..].Trim();
            if (name.Equals("user-agent", StringComparison.OrdinalIgnoreCase))
            {
                (forUs, forAll) = isInNames ? (forUs, forAll) : (false, false);
                isInNames = true;
                forAll |= value is "*";
                var isUs = value.Equals(robot, StringComparison.OrdinalIgnoreCase);
                forUs |= isUs;
                isNamed |= isUs;
            }
            else if (name.Equals("allow", StringComparison.OrdinalIgnoreCase) || name.Equals("disallow", StringComparison.OrdinalIgnoreCase))
            {
                isInNames = false;
                if (value.Length > 0 && own.Count + others.Count < MaxRules)
                {
                    var rule = (value.ToString(), name.Length == "allow".Length);
                    if (forUs)
                    {
                        own.Add(rule);
                    }

                    if (forAll)
                    {
                        others.Add(rule);
                    }
                }
            }
        }

        return new RobotsRules([.. (isNamed ? own : others).Distinct()], otherwise: true);
    }

    /// <summary>The longest rule that fits decides; of two as long, the one that allows.</summary>
    public bool Allows(Uri url)
    {
        var path = url.PathAndQuery;
        var (best, isAllowed) = (-1, _otherwise);
        foreach (var (pattern, allows) in _rules)
        {
            if (pattern.Length >= best && (pattern.Length > best || allows) && Fits(pattern, path))
            {
                (best, isAllowed) = (pattern.Length, allows);
            }
        }

        return isAllowed;
    }

    /// <summary>A pattern fits a beginning; <c>*</c> stands for anything, and <c>$</c> at the end for the end.</summary>
    private static bool Fits(string pattern, string path)
    {
        var isWhole = pattern.EndsWith('$');
        var parts = (isWhole ? pattern[..^1] : pattern).Split('*');
        if (!path.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        var at = parts[0].Length;
        for (var i = 1; i < parts.Length; i++)
        {
            var isLast = i == parts.Length - 1;
            var found = isLast && isWhole
                ? (path.Length - parts[i].Length >= at && path.EndsWith(parts[i], StringComparison.Ordinal) ? path.Length - parts[i].Length : -1)
                : path.IndexOf(parts[i], at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + parts[i].Length;
        }

        return !isWhole || at == path.Length;
    }
}

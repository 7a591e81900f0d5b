using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace OpenInteractions.Engine.Schemas;

/// <summary>One check of one value: its errors, and what it has cost.</summary>
/// <param name="tracks">True when a keyword of the schema asks what the others have looked at.</param>
internal sealed class Evaluation(bool tracks)
{
    private readonly List<SchemaError> _errors = [];
    private readonly List<(SchemaNode Node, InstancePlace Place)> _open = [];
    private int _steps = SchemaBounds.MaxSteps;
    private TimeSpan _matching = SchemaBounds.MaxMatch;
    private readonly Dictionary<SchemaPattern, Regex> _patterns = [];
    private int _steadied;
    private int _silence;

    public IReadOnlyList<SchemaError> Errors => _errors;

    /// <summary>True when no error needs to be told, so that the first one is enough.</summary>
    public bool IsSilent => _silence > 0 || _errors.Count >= SchemaBounds.MaxErrors;

    /// <summary>The subschemas that lead here, the outermost first: where <c>$dynamicRef</c> looks.</summary>
    public IEnumerable<SchemaNode> Scope => _open.Select(o =>
    {
        Spend(1);
        return o.Node;
    });

    /// <summary>Applies a subschema and tells its errors.</summary>
    /// <param name="node">The subschema.</param>
    /// <param name="value">The value.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="seen">Gets what was looked at when the value fits; null when nobody asks.</param>
    /// <param name="owner">The keyword that holds the subschema, for a subschema that has none.</param>
    public bool Apply(SchemaNode node, JsonElement value, InstancePlace place, EvaluatedParts? seen, string owner = "false")
    {
        if (node.IsNever)
        {
            return Fail(place, owner, "must not be there");
        }

        if (node.Keywords.Count == 0)
        {
            return true;
        }

        Enter(node, place);
        var own = tracks ? new EvaluatedParts() : null;
        var fits = true;
        foreach (var keyword in node.Keywords)
        {
            // What is left over is not told of a value that is wrong already: it would mostly be noise.
            if (!fits && (IsSilent || keyword is Keywords.Unevaluated))
            {
                break;
            }

            fits &= keyword.IsMet(value, this, place, own);
        }

        _open.RemoveAt(_open.Count - 1);
        if (fits && own is not null)
        {
            seen?.Add(own);
        }

        return fits;
    }

    /// <summary>Applies a subschema to a member or an item.</summary>
    public bool ApplyBelow(SchemaNode node, JsonElement value, InstancePlace place, string owner) => Apply(node, value, place, seen: null, owner);

    /// <summary>Whether the value fits a subschema, without a word about it.</summary>
    public bool Fits(SchemaNode node, JsonElement value, InstancePlace place, EvaluatedParts? seen)
    {
        _silence++;
        var fits = Apply(node, value, place, seen);
        _silence--;
        return fits;
    }

    /// <summary>Tells an error.</summary>
    /// <returns>False, always.</returns>
    public bool Fail(InstancePlace place, string keyword, string message)
    {
        if (!IsSilent)
        {
            _errors.Add(new SchemaError(place, keyword, message));
        }

        return false;
    }

    /// <summary>Takes steps from the budget.</summary>
    /// <exception cref="SchemaBoundException">There are none left.</exception>
    public void Spend(int steps)
    {
        if ((_steps -= steps) < 0)
        {
            throw new SchemaBoundException("Checking the value takes too many steps.");
        }
    }

    /// <summary>A value that is looked at as a whole, at the cost of its length.</summary>
    public JsonElement Weighed(JsonElement value)
    {
        Spend(JsonMarshal.GetRawUtf8Value(value).Length / 32);
        return value;
    }

    /// <summary>Whether a text matches, within the time for all matches of this check.</summary>
    public bool Matches(SchemaPattern pattern, string text)
    {
        Spend(1 + (text.Length / 32));
        var started = TimeProvider.System.GetTimestamp();

        // An expression is made when a text asks for it, and gone with the check: what it grows to is not kept with its schema.
        if (!_patterns.TryGetValue(pattern, out var expression))
        {
            _patterns[pattern] = expression = pattern.Quick();
        }

        while (true)
        {
            try
            {
                var matches = expression.IsMatch(text);
                _matching -= TimeProvider.System.GetElapsedTime(started);
                if (_matching < TimeSpan.Zero)
                {
                    _steps = 0;
                }

                return matches;
            }
            catch (RegexMatchTimeoutException)
            {
                // The few that get a second way do not pay for the first.
                _patterns[pattern] = expression = _steadied++ < SchemaBounds.MaxSteady && pattern.Steady() is { } steady && !expression.Options.HasFlag(RegexOptions.NonBacktracking)
                    ? steady
                    : throw new SchemaBoundException("A pattern of the schema takes too long.");
                started = TimeProvider.System.GetTimestamp();
            }
        }
    }

    /// <summary>A subschema that is applied again to the same place without a step down in the value would be applied for ever.</summary>
    private void Enter(SchemaNode node, InstancePlace place)
    {
        Spend(1);
        for (var i = _open.Count - 1; i >= 0 && _open[i].Place == place; i--)
        {
            if (_open[i].Node == node)
            {
                throw new SchemaBoundException("The schema refers to itself without an end.");
            }
        }

        if (_open.Count >= SchemaBounds.MaxNesting)
        {
            throw new SchemaBoundException($"The schema is applied more than {SchemaBounds.MaxNesting} levels deep.");
        }

        _open.Add((node, place));
    }
}

using System.Globalization;
using System.Text;

namespace OpenInteractions.Engine.Schemas;

/// <summary>Whether a value fits a schema.</summary>
public enum SchemaOutcome
{
    /// <summary>It does.</summary>
    Fits,

    /// <summary>It does not; the errors say where.</summary>
    Unfit,

    /// <summary>The text is not JSON.</summary>
    NotJson,

    /// <summary>It cannot be told; the reason says why.</summary>
    Unchecked,
}

/// <summary>What a check found.</summary>
/// <param name="Outcome">Whether the value fits.</param>
/// <param name="Errors">Where it does not, in the order of the schema; cut at a bound.</param>
/// <param name="Reason">Why it cannot be told, or null.</param>
public sealed record SchemaVerdict(SchemaOutcome Outcome, IReadOnlyList<SchemaError> Errors, string? Reason = null)
{
    internal static readonly SchemaVerdict Fits = new(SchemaOutcome.Fits, []);
    internal static readonly SchemaVerdict NotJson = new(SchemaOutcome.NotJson, []);

    internal static SchemaVerdict Unfit(IReadOnlyList<SchemaError> errors) => new(SchemaOutcome.Unfit, errors);

    internal static SchemaVerdict Unchecked(string reason) => new(SchemaOutcome.Unchecked, [], reason);
}

/// <summary>One place where a value does not fit. The message says what would be right and never repeats the value.</summary>
/// <param name="Place">Where in the value.</param>
/// <param name="Keyword">The schema's keyword that is not met.</param>
/// <param name="Message">What would be right.</param>
public sealed record SchemaError(InstancePlace Place, string Keyword, string Message)
{
    /// <summary>The place as a JSON pointer; empty for the whole value.</summary>
    public string Pointer => Place.Pointer(declaredOnly: false);

    /// <summary>The pointer with <c>*</c> for names that the schema does not declare: those are the value's own content, and must not reach a log.</summary>
    public string DeclaredPointer => Place.Pointer(declaredOnly: true);
}

/// <summary>A place in a value that is being checked.</summary>
public sealed class InstancePlace
{
    internal static readonly InstancePlace Root = new(null, "", isDeclared: true);

    private readonly InstancePlace? _parent;
    private readonly string _name;
    private readonly bool _isDeclared;

    private InstancePlace(InstancePlace? parent, string name, bool isDeclared) => (_parent, _name, _isDeclared) = (parent, name, isDeclared);

    internal InstancePlace Member(string name, bool isDeclared) => new(this, name, isDeclared);

    internal InstancePlace Item(int index) => new(this, index.ToString(CultureInfo.InvariantCulture), isDeclared: true);

    internal string Pointer(bool declaredOnly)
    {
        var names = new Stack<string>();
        for (var at = this; at._parent is not null; at = at._parent)
        {
            names.Push(declaredOnly && !at._isDeclared ? "*" : at._name);
        }

        var text = new StringBuilder();
        foreach (var name in names)
        {
            text.Append('/').Append(name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        }

        return text.ToString();
    }
}

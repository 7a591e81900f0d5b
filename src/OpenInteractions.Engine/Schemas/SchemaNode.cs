namespace OpenInteractions.Engine.Schemas;

/// <summary>A subschema, ready to be applied. Those that refer to each other form a graph, so a node is known before its keywords are.</summary>
/// <param name="resource">What its references start from.</param>
internal sealed class SchemaNode(SchemaResource resource)
{
    public SchemaResource Resource => resource;

    /// <summary>True for a schema that nothing fits: <c>false</c>.</summary>
    public bool IsNever { get; init; }

    /// <summary>In the order in which they are applied: what asks for the results of the others comes last.</summary>
    public IReadOnlyList<Keyword> Keywords { get; set; } = [];
}

/// <summary>One keyword of a subschema.</summary>
internal abstract class Keyword(string name)
{
    public string Name => name;

    /// <summary>Whether the value meets it. Kinds of values that it says nothing about do.</summary>
    /// <param name="value">The value.</param>
    /// <param name="run">Takes the errors.</param>
    /// <param name="place">Where the value stands.</param>
    /// <param name="seen">What keywords of this subschema have looked at; null when nobody asks.</param>
    public abstract bool IsMet(JsonElement value, Evaluation run, InstancePlace place, EvaluatedParts? seen);
}

/// <summary>Which members and items of a value the schemas that fit have looked at, for the <c>unevaluated</c> keywords.</summary>
internal sealed class EvaluatedParts
{
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly HashSet<int> _items = [];
    private bool _allMembers;
    private bool _allItems;

    public void Add(string member) => _members.Add(member);

    public void Add(int item) => _items.Add(item);

    public void AddAllMembers() => _allMembers = true;

    public void AddAllItems() => _allItems = true;

    public bool Has(string member) => _allMembers || _members.Contains(member);

    public bool Has(int item) => _allItems || _items.Contains(item);

    public void Add(EvaluatedParts other)
    {
        _members.UnionWith(other._members);
        _items.UnionWith(other._items);
        _allMembers |= other._allMembers;
        _allItems |= other._allItems;
    }
}
